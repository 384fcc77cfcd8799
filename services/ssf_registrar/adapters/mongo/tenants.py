"""Tenants in MongoDB."""

from collections.abc import Sequence
from typing import Any, Final

from pymongo import ASCENDING

from servicekit.mongo import Collection, Document, MongoDatabase, Session, storage_errors
from ssf_registrar.adapters import key_rows
from ssf_registrar.adapters.mongo.changes import Changes, Turn
from ssf_registrar.adapters.mongo.journal import end_of_journal
from ssf_registrar.adapters.mongo.keys import insert_first
from ssf_registrar.adapters.mongo.schema import HAS_VERIFICATION
from ssf_registrar.adapters.tenant_rows import DELETED, NAMES, Row, decode, encode, tombstone
from ssf_registrar.domain.errors import TenantExistsError, TenantNotFoundError
from ssf_registrar.domain.journal import Cursor, JournalEntry, JournalKind
from ssf_registrar.domain.streams import Direction
from ssf_registrar.domain.tenants import Tenant
from ssf_registrar.ports.keys import PrivateJwk
from ssf_registrar.ports.sealing import Sealer
from ssf_registrar.ports.tenants import StaleTenantError, TenantSnapshot

# by a range of names, so that the index of names leads
_ALL: Final[Document] = {"_id": {"$gt": ""}, "state": {"$ne": DELETED}}


class MongoTenants:
    """Keeps tenants, a document each, whose _id is the name."""

    def __init__(self, database: MongoDatabase, sealer: Sealer, changes: Changes) -> None:
        self._database = database
        self._tenants = database["tenants"]
        self._sealer = sealer
        self._changes = changes

    async def add(self, tenant: Tenant, private_jwks: Sequence[PrivateJwk]) -> None:
        """Store a new tenant and the keys that it signs with."""
        keys = [key_rows.encode(tenant.name, jwk, self._sealer) for jwk in private_jwks]

        async def insert(turn: Turn) -> None:
            named = {"_id": tenant.name}
            if await self._tenants.find_one(named, session=turn.session):
                raise TenantExistsError(tenant.name)
            await self._tenants.insert_one(_document(encode(tenant)), session=turn.session)
            for key in keys:
                await insert_first(self._database, key, turn)
            turn.entries.append(_entry(tenant))

        await self._changes.make(insert)

    async def get(self, name: str) -> Tenant | None:
        """Return a tenant, or None, also when it has been deleted."""
        with storage_errors():
            return await _found(self._tenants, name)

    async def all(self) -> tuple[Tenant, ...]:
        """Return the tenants by name, those being deleted too."""
        with storage_errors():
            found = await self._tenants.find(_ALL).sort("_id", ASCENDING).to_list()
        return tuple(map(_tenant, found))

    async def snapshot(self) -> TenantSnapshot:
        """Return the same with the cursor of that moment."""

        async def look(session: Session) -> tuple[list[Document], Cursor]:
            found = self._tenants.find(_ALL, session=session).sort("_id", ASCENDING)
            return await found.to_list(), await end_of_journal(self._database, session)

        found, cursor = await self._database.snapshot(look)
        return TenantSnapshot(tuple(map(_tenant, found)), cursor)

    async def save(self, tenant: Tenant) -> None:
        """Store a changed tenant."""

        async def update(turn: Turn) -> None:
            await self._update(turn, encode(tenant))
            turn.entries.append(_entry(tenant))

        await self._changes.make(update)

    async def close(self, tenant: Tenant) -> None:
        """Store that a tenant is being deleted, and remove its tokens and streams."""

        async def update(turn: Turn) -> None:
            await self._update(turn, encode(tenant))
            turn.entries.append(_entry(tenant))
            await self._remove_doors(turn, tenant.name)

        await self._changes.make(update)

    async def note_purged(self, tenant: Tenant) -> None:
        """Store which services have purged."""
        await self._changes.make(lambda turn: self._update(turn, encode(tenant)))

    async def bury(self, tenant: Tenant) -> None:
        """Remove all of a tenant but its name."""

        async def update(turn: Turn) -> None:
            await self._update(turn, tombstone(tenant))
            await self._remove_doors(turn, tenant.name)
            of_tenant = {"tenant": tenant.name}
            keys = await self._database["keys"].delete_many(of_tenant, session=turn.session)
            await self._database["journal"].update_many(
                {**of_tenant, **HAS_VERIFICATION},
                {"$set": {"verification": None}},
                session=turn.session,
            )
            if keys.deleted_count:
                turn.entries.append(JournalEntry(JournalKind.KEY_ROTATED, tenant.name))
            turn.entries.append(_entry(tenant))

        await self._changes.make(update)

    async def _update(self, turn: Turn, row: Row) -> None:
        name, revision = row[0], row[-1]
        updated = await self._tenants.replace_one(
            {"_id": name, "revision": revision - 1}, _document(row), session=turn.session
        )
        if updated.matched_count == 0:
            raise StaleTenantError(name)

    async def _remove_doors(self, turn: Turn, name: str) -> None:
        """Remove what lets anybody in, or anything out."""
        of_tenant: Document = {"tenant": name}
        tokens, streams = self._database["tokens"], self._database["streams"]
        for token in await tokens.find(of_tenant, session=turn.session).to_list():
            token_hash = bytes(token["_id"])
            entry = JournalEntry(JournalKind.TOKEN_CHANGED, name, token_hash=token_hash)
            turn.entries.append(entry)
        for stream in await streams.find(of_tenant, session=turn.session).to_list():
            direction = Direction(stream["direction"])
            kind = JournalKind.STREAM_DELETED
            turn.entries.append(JournalEntry(kind, name, stream["stream_id"], direction))
        await tokens.delete_many(of_tenant, session=turn.session)
        await streams.delete_many(of_tenant, session=turn.session)


async def check_active(tenants: Collection, name: str, turn: Turn) -> None:
    """Raise `TenantNotFoundError` or `TenantDeletingError` unless something may be added to it."""
    tenant = await _found(tenants, name, turn.session)
    if tenant is None:
        raise TenantNotFoundError(name)
    tenant.check_active()


async def _found(tenants: Collection, name: str, session: Session | None = None) -> Tenant | None:
    found = await tenants.find_one({"_id": name, "state": {"$ne": DELETED}}, session=session)
    return _tenant(found) if found else None


def _document(row: Row) -> Document:
    document: Document = dict(zip(NAMES, row, strict=True))
    return {"_id": document.pop("tenant"), **document}


def _tenant(document: Document) -> Tenant:
    row: Any = (document["_id"], *(document[name] for name in NAMES[1:]))
    return decode(row)


def _entry(tenant: Tenant) -> JournalEntry:
    return JournalEntry(JournalKind.TENANT_CHANGED, tenant.name)
