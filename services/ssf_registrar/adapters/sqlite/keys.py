"""Keys in SQLite, the private ones sealed."""

import sqlite3
from collections.abc import Mapping
from dataclasses import astuple
from typing import Any, Final

import orjson

from servicekit.signals import News
from servicekit.sqlite import Database
from ssf_registrar.adapters.key_rows import decode_private, encode, identity_of
from ssf_registrar.adapters.sqlite.journal import record
from ssf_registrar.domain.journal import JournalEntry, JournalKind
from ssf_registrar.ports.sealing import Sealer

# a tenant that is deleted must not have keys again
_INSERT: Final = (
    "INSERT INTO keys SELECT ?, ?, ?, ?, ?, 1"
    " WHERE EXISTS (SELECT 1 FROM tenants WHERE tenant = ? AND state = 'active')"
    " ON CONFLICT DO NOTHING"
)
_CURRENT: Final = (
    "SELECT kid, sealed_private_jwk FROM keys WHERE tenant = ? AND algorithm = ? AND signs = 1"
)
_PUBLIC: Final = "SELECT public_jwk FROM keys WHERE tenant = ? ORDER BY rowid"
_ANY: Final = "SELECT tenant, kid, sealed_private_jwk FROM keys ORDER BY rowid LIMIT 1"


class SqliteKeys:
    """Keeps the keys of tenants."""

    def __init__(self, database: Database, sealer: Sealer, news: News) -> None:
        self._database = database
        self._sealer = sealer
        self._news = news

    async def current_key(self, tenant: str, algorithm: str) -> Mapping[str, object] | None:
        """Return the private key that the tenant uses now, or None."""
        rows = await self._database.read(
            lambda connection: connection.execute(_CURRENT, (tenant, algorithm)).fetchall()
        )
        for kid, sealed in rows:
            return decode_private(tenant, kid, sealed, self._sealer)
        return None

    async def public_keys(self, tenant: str) -> tuple[Mapping[str, object], ...]:
        """Return the public halves of the tenant's keys, oldest first."""
        rows = await self._database.read(
            lambda connection: connection.execute(_PUBLIC, (tenant,)).fetchall()
        )
        return tuple(orjson.loads(jwk) for (jwk,) in rows)

    async def add_first(self, tenant: str, private_jwk: Mapping[str, object]) -> None:
        """Store a tenant's first key of an algorithm, unless there is one."""
        row = astuple(encode(tenant, private_jwk, self._sealer))

        await self._database.write(lambda connection: insert_first(connection, row))
        self._news.publish()


def insert_first(connection: sqlite3.Connection, row: tuple[Any, ...]) -> None:
    """Insert the row of a tenant's first key of an algorithm, unless there is one."""
    if connection.execute(_INSERT, (*row, row[0])).rowcount:
        record(connection, JournalEntry(JournalKind.KEY_ROTATED, str(row[0])))


async def first_sealed_key(database: Database) -> tuple[bytes, str] | None:
    """Return a sealed value and its identity, to try a master key on; None on a first start."""
    return await database.read(sealed_key_of)


def sealed_key_of(connection: sqlite3.Connection) -> tuple[bytes, str] | None:
    """Return the same of a connection."""
    rows = connection.execute(_ANY)
    return next(((sealed, identity_of(tenant, kid)) for tenant, kid, sealed in rows), None)
