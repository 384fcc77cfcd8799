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
from ssf_registrar.domain.errors import TenantNotFoundError
from ssf_registrar.domain.journal import JournalEntry, JournalKind
from ssf_registrar.ports.sealing import Sealer

_COLUMNS: Final = "tenant, kid, algorithm, public_jwk, sealed_private_jwk"
# a tenant that is deleted must not have keys again
_INSERT: Final = (
    f"INSERT INTO keys ({_COLUMNS}, signs) SELECT ?, ?, ?, ?, ?, 1"  # noqa: S608  ours
    " WHERE EXISTS (SELECT 1 FROM tenants WHERE tenant = ? AND state = 'active')"
    " ON CONFLICT DO NOTHING"
)
_INSERT_NEXT: Final = (
    f"INSERT INTO keys ({_COLUMNS}, signs, signs_from)"  # noqa: S608  ours
    " SELECT ?1, ?2, ?3, ?4, ?5, 0, ?6"
    " WHERE EXISTS (SELECT 1 FROM keys WHERE tenant = ?1)"
)
_DUE: Final = (
    "SELECT tenant, kid, algorithm FROM keys WHERE signs_from BETWEEN 1 AND ?"
    " ORDER BY signs_from, rowid"
)
_NEXT: Final = "SELECT min(signs_from) FROM keys WHERE signs_from > 0"
_RETIRE: Final = "UPDATE keys SET signs = 0 WHERE tenant = ? AND algorithm = ? AND signs = 1"
_USE: Final = "UPDATE keys SET signs = 1, signs_from = 0 WHERE tenant = ? AND kid = ?"
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

    async def add_next(
        self, tenant: str, private_jwk: Mapping[str, object], *, signs_from: int
    ) -> None:
        """Store a key that is signed with later."""
        row = (*astuple(encode(tenant, private_jwk, self._sealer)), signs_from)
        added = await self._database.write(
            lambda connection: connection.execute(_INSERT_NEXT, row).rowcount
        )
        if not added:
            raise TenantNotFoundError(tenant)
        self._news.publish()

    async def switch(self, *, now: int) -> int | None:
        """Let keys be signed with whose time has come."""
        following = await self._database.read(_following)
        if following is None or following > now:
            return following
        following = await self._database.write(lambda connection: _switch(connection, now))
        self._news.publish()
        return following


def _switch(connection: sqlite3.Connection, now: int) -> int | None:
    for tenant, kid, algorithm in connection.execute(_DUE, (now,)).fetchall():
        connection.execute(_RETIRE, (tenant, algorithm))
        connection.execute(_USE, (tenant, kid))
        record(connection, JournalEntry(JournalKind.KEY_ROTATED, tenant))
    return _following(connection)


def _following(connection: sqlite3.Connection) -> int | None:
    (following,) = connection.execute(_NEXT).fetchone()
    return None if following is None else int(following)


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
