"""Keys in MongoDB, the private ones sealed."""

from collections.abc import Mapping
from dataclasses import asdict

import orjson
from pymongo import ASCENDING

from servicekit.mongo import MongoDatabase, storage_errors
from ssf_registrar.adapters.key_rows import KeyRow, decode_private, encode
from ssf_registrar.adapters.mongo.changes import Changes, Turn
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
