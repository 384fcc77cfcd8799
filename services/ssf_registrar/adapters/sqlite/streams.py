"""Stream configurations in SQLite."""

import sqlite3
from typing import Final

from servicekit.signals import News
from servicekit.sqlite import Database
from ssf_registrar.adapters.sqlite.journal import end_of_journal, record
from ssf_registrar.adapters.sqlite.tenants import check_active
from ssf_registrar.adapters.stream_rows import NAMES, Row, decode, encode
from ssf_registrar.domain.journal import JournalEntry, JournalKind
from ssf_registrar.domain.streams import Direction, Stream
from ssf_registrar.ports.sealing import Sealer
from ssf_registrar.ports.streams import StaleStreamError, StreamSnapshot

_COLUMNS: Final = ", ".join(NAMES)
_INSERT: Final = f"INSERT INTO streams ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)"  # noqa: S608
_SELECT: Final = f"SELECT {_COLUMNS} FROM streams"  # noqa: S608  constants
_OF_TENANT: Final = f"{_SELECT} WHERE tenant = ? ORDER BY created, stream_id"
_OF_DIRECTION: Final = f"{_SELECT} WHERE direction = ? ORDER BY created, tenant, stream_id"
_ONE: Final = f"{_SELECT} WHERE tenant = ? AND stream_id = ?"
_UPDATE: Final = (
    "UPDATE streams SET revision = ?, configuration = ?, sealed_authorization_header = ?"
    " WHERE tenant = ? AND stream_id = ? AND revision = ?"
)
_DELETE: Final = "DELETE FROM streams WHERE tenant = ? AND stream_id = ? RETURNING direction"


class SqliteStreams:
    """Keeps streams; journal readers are woken as soon as a change is durable."""

    def __init__(self, database: Database, sealer: Sealer, news: News) -> None:
        self._database = database
        self._sealer = sealer
        self._news = news

    async def add(self, stream: Stream) -> None:
        """Store a new stream."""
        row = encode(stream, self._sealer)

        def insert(connection: sqlite3.Connection) -> None:
            check_active(connection, stream.tenant)
            connection.execute(_INSERT, row)
            record(connection, _entry(JournalKind.STREAM_CREATED, stream))

        await self._database.write(insert)
        self._news.publish()

    async def get(self, tenant: str, stream_id: str) -> Stream | None:
        """Return a stream of the tenant, or None."""
        rows = await self._database.read(
            lambda connection: connection.execute(_ONE, (tenant, stream_id)).fetchall()
        )
        return self._decoded(rows[0]) if rows else None

    async def of_tenant(self, tenant: str) -> tuple[Stream, ...]:
        """Return the tenant's streams in the order in which they were made."""
        rows = await self._database.read(
            lambda connection: connection.execute(_OF_TENANT, (tenant,)).fetchall()
        )
        return tuple(self._decoded(row) for row in rows)

    async def save(self, stream: Stream) -> None:
        """Store a changed stream, unless it is not the next revision."""
        row = encode(stream, self._sealer)

        def update(connection: sqlite3.Connection) -> None:
            changes = (stream.revision, row[5], row[6])
            identity = (stream.tenant, stream.stream_id, stream.revision - 1)
            if connection.execute(_UPDATE, (*changes, *identity)).rowcount == 0:
                raise StaleStreamError(stream.stream_id)
            record(connection, _entry(JournalKind.STREAM_CHANGED, stream))

        await self._database.write(update)
        self._news.publish()

    async def remove(self, tenant: str, stream_id: str) -> bool:
        """Remove a stream; False when there was none."""

        def delete(connection: sqlite3.Connection) -> bool:
            rows = connection.execute(_DELETE, (tenant, stream_id)).fetchall()
            for (direction,) in rows:
                kind = JournalKind.STREAM_DELETED
                entry = JournalEntry(kind, tenant, stream_id, Direction(direction))
                record(connection, entry)
            return bool(rows)

        removed = await self._database.write(delete)
        self._news.publish()
        return removed

    async def snapshot(self, direction: Direction | None) -> StreamSnapshot:
        """Return the streams of one direction, or none, with the cursor of the same moment."""
        rows, cursor = await self._database.read(
            lambda connection: (
                connection.execute(_OF_DIRECTION, (direction and direction.value,)).fetchall(),
                end_of_journal(connection),
            )
        )
        return StreamSnapshot(tuple(self._decoded(row) for row in rows), cursor)

    def _decoded(self, row: Row) -> Stream:
        return decode(row, self._sealer)


def _entry(kind: JournalKind, stream: Stream) -> JournalEntry:
    return JournalEntry(kind, stream.tenant, stream.stream_id, stream.direction)
