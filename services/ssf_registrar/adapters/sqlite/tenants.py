"""Tenants in SQLite."""

import sqlite3
from collections.abc import Sequence
from dataclasses import astuple
from typing import Final

from servicekit.signals import News
from servicekit.sqlite import Database
from ssf_registrar.adapters import key_rows
from ssf_registrar.adapters.sqlite.journal import end_of_journal, record
from ssf_registrar.adapters.sqlite.keys import insert_first
from ssf_registrar.adapters.tenant_rows import DELETED, NAMES, Row, decode, encode, tombstone
from ssf_registrar.domain.errors import TenantExistsError, TenantNotFoundError
from ssf_registrar.domain.journal import JournalEntry, JournalKind
from ssf_registrar.domain.streams import Direction
from ssf_registrar.domain.tenants import Tenant
from ssf_registrar.ports.keys import PrivateJwk
from ssf_registrar.ports.sealing import Sealer
from ssf_registrar.ports.tenants import StaleTenantError, TenantSnapshot

_COLUMNS: Final = ", ".join(NAMES)
_INSERT: Final = (
    f"INSERT INTO tenants ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)"  # noqa: S608  constants
    " ON CONFLICT DO NOTHING"
)
_SELECT: Final = f"SELECT {_COLUMNS} FROM tenants WHERE state != '{DELETED}'"  # noqa: S608
_ONE: Final = f"{_SELECT} AND tenant = ?"
_ALL: Final = f"{_SELECT} ORDER BY tenant"
_UPDATE: Final = (
    "UPDATE tenants SET tenant = ?, display_name = ?, state = ?, configuration = ?, created = ?,"
    " purged = ?, revision = ? WHERE tenant = ? AND revision = ?"
)
_TAKE_TOKENS: Final = "DELETE FROM tokens WHERE tenant = ? RETURNING token_hash"
_TAKE_STREAMS: Final = "DELETE FROM streams WHERE tenant = ? RETURNING stream_id, direction"
_FORGET_VERIFICATIONS: Final = "UPDATE journal SET verification = NULL WHERE tenant = ?"
_REMOVE_KEYS: Final = "DELETE FROM keys WHERE tenant = ?"


class SqliteTenants:
    """Keeps tenants; journal readers are woken as soon as a change is durable."""

    def __init__(self, database: Database, sealer: Sealer, news: News) -> None:
        self._database = database
        self._sealer = sealer
        self._news = news

    async def add(self, tenant: Tenant, private_jwks: Sequence[PrivateJwk]) -> None:
        """Store a new tenant and the keys that it signs with."""
        keys = [astuple(key_rows.encode(tenant.name, jwk, self._sealer)) for jwk in private_jwks]

        def insert(connection: sqlite3.Connection) -> None:
            if connection.execute(_INSERT, encode(tenant)).rowcount == 0:
                raise TenantExistsError(tenant.name)
            for key in keys:
                insert_first(connection, key)
            record(connection, _entry(tenant))

        await self._database.write(insert)
        self._news.publish()

    async def get(self, name: str) -> Tenant | None:
        """Return a tenant, or None, also when it has been deleted."""
        return await self._database.read(lambda connection: _found(connection, name))

    async def all(self) -> tuple[Tenant, ...]:
        """Return the tenants by name, those being deleted too."""
        return (await self.snapshot()).tenants

    async def snapshot(self) -> TenantSnapshot:
        """Return the same with the cursor of that moment."""
        rows, cursor = await self._database.read(
            lambda connection: (connection.execute(_ALL).fetchall(), end_of_journal(connection))
        )
        return TenantSnapshot(tuple(map(decode, rows)), cursor)

    async def save(self, tenant: Tenant) -> None:
        """Store a changed tenant."""

        def update(connection: sqlite3.Connection) -> None:
            _update(connection, encode(tenant))
            record(connection, _entry(tenant))

        await self._database.write(update)
        self._news.publish()

    async def close(self, tenant: Tenant) -> None:
        """Store that a tenant is being deleted, and remove its tokens and streams."""

        def update(connection: sqlite3.Connection) -> None:
            _update(connection, encode(tenant))
            record(connection, _entry(tenant))
            _remove_doors(connection, tenant.name)

        await self._database.write(update)
        self._news.publish()

    async def note_purged(self, tenant: Tenant) -> None:
        """Store which services have purged."""
        await self._database.write(lambda connection: _update(connection, encode(tenant)))

    async def bury(self, tenant: Tenant) -> None:
        """Remove all of a tenant but its name."""

        def update(connection: sqlite3.Connection) -> None:
            _update(connection, tombstone(tenant))
            _remove_doors(connection, tenant.name)
            connection.execute(_FORGET_VERIFICATIONS, (tenant.name,))
            if connection.execute(_REMOVE_KEYS, (tenant.name,)).rowcount:
                record(connection, JournalEntry(JournalKind.KEY_ROTATED, tenant.name))
            record(connection, _entry(tenant))

        await self._database.write(update)
        self._news.publish()


def check_active(connection: sqlite3.Connection, name: str) -> None:
    """Raise `TenantNotFoundError` or `TenantDeletingError` unless something may be added to it."""
    tenant = _found(connection, name)
    if tenant is None:
        raise TenantNotFoundError(name)
    tenant.check_active()


def _found(connection: sqlite3.Connection, name: str) -> Tenant | None:
    row = connection.execute(_ONE, (name,)).fetchone()
    return decode(row) if row else None


def _update(connection: sqlite3.Connection, row: Row) -> None:
    name, revision = row[0], row[-1]
    if connection.execute(_UPDATE, (*row, name, revision - 1)).rowcount == 0:
        raise StaleTenantError(name)


def _remove_doors(connection: sqlite3.Connection, name: str) -> None:
    """Remove what lets anybody in, or anything out."""
    for (token_hash,) in connection.execute(_TAKE_TOKENS, (name,)).fetchall():
        record(connection, JournalEntry(JournalKind.TOKEN_CHANGED, name, token_hash=token_hash))
    for stream_id, direction in connection.execute(_TAKE_STREAMS, (name,)).fetchall():
        kind = JournalKind.STREAM_DELETED
        record(connection, JournalEntry(kind, name, stream_id, Direction(direction)))


def _entry(tenant: Tenant) -> JournalEntry:
    return JournalEntry(JournalKind.TENANT_CHANGED, tenant.name)
