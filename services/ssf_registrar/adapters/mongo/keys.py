"""Keys in MongoDB, the private ones sealed."""

from collections.abc import Mapping
from dataclasses import asdict

import orjson
from pymongo import ASCENDING

from servicekit.mongo import Document, MongoDatabase, Session, storage_errors
from ssf_registrar.adapters.key_rows import KeyRow, decode_private, encode
from ssf_registrar.adapters.mongo.changes import Changes, Turn
from ssf_registrar.domain.errors import TenantNotFoundError
from ssf_registrar.domain.journal import JournalEntry, JournalKind
from ssf_registrar.domain.tenants import TenantState
from ssf_registrar.ports.sealing import Sealer


class MongoKeys:
    """Keeps the keys of tenants, a document each."""

    def __init__(self, database: MongoDatabase, sealer: Sealer, changes: Changes) -> None:
        self._database = database
        self._keys = database["keys"]
        self._sealer = sealer
        self._changes = changes

    async def current_key(self, tenant: str, algorithm: str) -> Mapping[str, object] | None:
        """Return the private key that the tenant uses now, or None."""
        with storage_errors():
            found = await self._keys.find_one(_current(tenant, algorithm))
        if found is None:
            return None
        return decode_private(tenant, found["kid"], found["sealed_private_jwk"], self._sealer)

    async def public_keys(self, tenant: str) -> tuple[Mapping[str, object], ...]:
        """Return the public halves of the tenant's keys, oldest first."""
        with storage_errors():
            found = await self._keys.find({"tenant": tenant}).sort("made", ASCENDING).to_list()
        return tuple(orjson.loads(key["public_jwk"]) for key in found)

    async def add_first(self, tenant: str, private_jwk: Mapping[str, object]) -> None:
        """Store a tenant's first key of an algorithm, unless there is one."""
        row = encode(tenant, private_jwk, self._sealer)
        await self._changes.make(lambda turn: insert_first(self._database, row, turn))

    async def add_next(
        self, tenant: str, private_jwk: Mapping[str, object], *, signs_from: int
    ) -> None:
        """Store a key that is signed with later."""
        row = encode(tenant, private_jwk, self._sealer)

        async def add(turn: Turn) -> None:
            if await self._keys.find_one({"tenant": tenant}, session=turn.session) is None:
                raise TenantNotFoundError(tenant)
            key = {**asdict(row), "signs": False, "signs_from": signs_from, "made": turn.number}
            await self._keys.insert_one(key, session=turn.session)

        await self._changes.make(add)

    async def switch(self, *, now: int) -> int | None:
        """Let keys be signed with whose time has come."""
        with storage_errors():
            following = await self._following(None)
        if following is None or following > now:
            return following

        async def switch(turn: Turn) -> int | None:
            due = self._keys.find({"signs_from": {"$gte": 1, "$lte": now}}, session=turn.session)
            for key in await due.sort([("signs_from", ASCENDING), ("made", ASCENDING)]).to_list():
                await self._use(key, turn)
            return await self._following(turn.session)

        return await self._changes.make(switch)

    async def _use(self, key: Document, turn: Turn) -> None:
        former = _current(key["tenant"], key["algorithm"])
        await self._keys.update_many(former, {"$set": {"signs": False}}, session=turn.session)
        used = {"$set": {"signs": True}, "$unset": {"signs_from": ""}}
        await self._keys.update_one({"_id": key["_id"]}, used, session=turn.session)
        turn.entries.append(JournalEntry(JournalKind.KEY_ROTATED, key["tenant"]))

    async def _following(self, session: Session | None) -> int | None:
        waiting = {"signs_from": {"$gte": 1}}
        found = await self._keys.find_one(
            waiting, sort=[("signs_from", ASCENDING)], session=session
        )
        return None if found is None else int(found["signs_from"])


async def insert_first(database: MongoDatabase, row: KeyRow, turn: Turn) -> None:
    """Insert the row of a tenant's first key of an algorithm, unless there is one."""
    keys, active = database["keys"], {"_id": row.tenant, "state": TenantState.ACTIVE.value}
    # a tenant that is deleted must not have keys again
    if await database["tenants"].find_one(active, session=turn.session) is None:
        return
    if await keys.find_one(_current(row.tenant, row.algorithm), session=turn.session):
        return
    key = {**asdict(row), "signs": True, "made": turn.number}
    await keys.insert_one(key, session=turn.session)
    turn.entries.append(JournalEntry(JournalKind.KEY_ROTATED, row.tenant))


def _current(tenant: str, algorithm: str) -> dict[str, object]:
    return {"tenant": tenant, "algorithm": algorithm, "signs": True}
