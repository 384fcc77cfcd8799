"""The delivery state of streams in SQLite."""

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any
from weakref import WeakValueDictionary

import orjson

from servicekit.sqlite import Database
from set_transmitter.adapters.sqlite import progress as progress_rows
from set_transmitter.adapters.sqlite.rows import COLUMNS, logged_event
from set_transmitter.domain.backlog import Pending
from set_transmitter.domain.events import LoggedEvent
from set_transmitter.domain.progress import DeadLetter, Page, Progress, StoredProgress
from set_transmitter.domain.streams import Stream

_EVENT_COLUMNS = ", ".join(f"event.{column.strip()}" for column in COLUMNS.split(","))


_KEEP = """
    INSERT INTO delivery (stream_id, position, jwt)
    SELECT ?1, CAST(key AS INTEGER), value FROM json_each(?2)
    WHERE EXISTS (SELECT 1 FROM stream WHERE stream_id = ?1)
    ON CONFLICT DO UPDATE SET is_reset = 0
"""


class SqliteDeliveries:
    """A row per stream, and one per SET that is attempted or settled above the stream's cursor."""

    def __init__(self, database: Database) -> None:
        self._database = database
        # streams that scan the same part of the log share its events
        self._in_memory: WeakValueDictionary[int, LoggedEvent] = WeakValueDictionary()

    async def stream_ids(self) -> frozenset[str]:
        """Return the streams with a row."""
        rows = await self._database.read(
            lambda connection: connection.execute("SELECT stream_id FROM stream").fetchall()
        )
        return frozenset(stream_id for (stream_id,) in rows)

    async def open(self, stream: Stream) -> StoredProgress:
        """Return a stream's progress, after making its row where there is none."""
        return await self._database.write(
            lambda connection: progress_rows.open_stream(connection, stream)
        )

    async def read(self, stream: Stream, *, after: int, limit: int) -> Page:
        """Return a page of a stream's unsettled events."""

        def read(connection: sqlite3.Connection) -> tuple[list[Any], int]:
            return _unsettled(connection, stream, after=after, limit=limit), _end(connection)

        rows, end = await self._database.read(read)
        pending = tuple(self._pending(row) for row in rows)
        scanned = pending[-1].position if len(pending) == limit else max(end, after)
        return Page(after, pending, scanned)

    async def keep(self, stream_id: str, jwts: Mapping[int, str]) -> None:
        """Keep signed SETs."""
        # one statement for all: each step of another would wait for the interpreter
        rows = orjson.dumps(dict(jwts), option=orjson.OPT_NON_STR_KEYS).decode()
        await self._database.write(lambda connection: connection.execute(_KEEP, (stream_id, rows)))

    async def record(self, progress: Sequence[Progress]) -> None:
        """Settle SETs and move cursors."""

        def write(connection: sqlite3.Connection) -> None:
            for of_stream in progress:
                progress_rows.record(connection, of_stream)

        await self._database.write(write)

    async def remove(self, stream_id: str) -> None:
        """Delete a stream's rows."""
        await self._database.write(lambda connection: progress_rows.remove(connection, stream_id))

    async def dead_letters(self, tenant: str, stream_id: str | None) -> list[DeadLetter]:
        """Return what was set aside."""
        return await self._database.read(
            lambda connection: progress_rows.dead_letters(connection, tenant, stream_id)
        )

    def forget_shared(self) -> None:
        """Read anew what has been read before."""
        self._in_memory.clear()

    def _pending(self, row: Sequence[Any]) -> Pending:
        """Return a pending event; one that was set back is signed, and was not handed out."""
        *_, jwt, is_reset = row
        return Pending(self._shared(row), jwt=None if is_reset else jwt, signed=jwt)

    def _shared(self, row: Sequence[Any]) -> LoggedEvent:
        return self._in_memory.get(row[0]) or self._in_memory.setdefault(row[0], logged_event(row))


def _end(connection: sqlite3.Connection) -> int:
    (end,) = connection.execute("SELECT end_position FROM log").fetchone()
    return int(end)


def _unsettled(
    connection: sqlite3.Connection, stream: Stream, *, after: int, limit: int
) -> list[Any]:
    topics = sorted(stream.topics)
    return connection.execute(
        f"SELECT {_EVENT_COLUMNS}, delivery.jwt, delivery.is_reset FROM event"  # noqa: S608  all of it ours
        " LEFT JOIN delivery ON delivery.stream_id = ? AND delivery.position = event.position"
        " WHERE event.tenant = ? AND event.position > ? AND event.committed >= ?"
        f" AND event.kind IN ({', '.join('?' * len(topics))})"
        " AND event.only_for IN ('', ?)"
        " AND (delivery.position IS NULL OR delivery.jwt IS NOT NULL)"
        " ORDER BY event.position LIMIT ?",
        (stream.stream_id, stream.tenant, after, stream.begins, *topics, stream.stream_id, limit),
    ).fetchall()
