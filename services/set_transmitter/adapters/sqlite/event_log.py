"""The event log in SQLite."""

import sqlite3
from collections.abc import Sequence

from servicekit.restoring import note_restore
from servicekit.sqlite import Database
from set_transmitter.adapters.sqlite.rows import COLUMN_COUNT, COLUMNS, row_of
from set_transmitter.domain.events import Event, LoggedEvent, distinct
from set_transmitter.domain.publications import REMEMBERED, Earlier, Publication

_INSERT = f"INSERT INTO event ({COLUMNS}) VALUES ({', '.join('?' * COLUMN_COUNT)})"  # noqa: S608  ours

_KNOWN = "SELECT digest FROM publication WHERE tenant = ? AND txn = ? AND identity = ?"
_REMEMBER = "INSERT INTO publication VALUES (?, ?, ?, ?, ?)"
_FORGET = "DELETE FROM publication WHERE at < ?"


def read_log(connection: sqlite3.Connection) -> tuple[str, str, int]:
    """Return the log's name, the cursor on the change feed, and the last position."""
    epoch, feed_cursor, end = connection.execute(
        "SELECT epoch, feed_cursor, end_position FROM log"
    ).fetchone()
    return epoch, feed_cursor, end


def append_events(
    connection: sqlite3.Connection,
    events: Sequence[Event],
    *,
    feed_cursor: str,
    only_for: str = "",
) -> list[LoggedEvent]:
    """Add events and move the cursor."""
    _, _, end = read_log(connection)
    logged = [
        LoggedEvent(position, event, only_for) for position, event in enumerate(events, end + 1)
    ]
    connection.executemany(_INSERT, map(row_of, logged))
    connection.execute(
        "UPDATE log SET feed_cursor = ?, end_position = ?", (feed_cursor, end + len(logged))
    )
    return logged


def publish_event(
    connection: sqlite3.Connection, publication: Publication, *, at: int
) -> LoggedEvent | Earlier:
    """Add an event, unless one of its identity is known."""
    event = publication.event
    if publication.identity is not None:
        key = (event.tenant, event.txn, publication.identity)
        known = connection.execute(_KNOWN, key).fetchone()
        if known is not None:
            return Earlier(known[0])
        connection.execute(_REMEMBER, (*key, publication.digest, at))
    _, feed_cursor, _ = read_log(connection)
    (logged,) = append_events(connection, [event], feed_cursor=feed_cursor)
    return logged


class SqliteEventLog:
    """A table that is only ever appended to."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(self, *, epoch: str, restore_id: str) -> None:
        """Give the log its name, unless it has one; a log that was restored takes the new one.

        What was signed under the former name and is not settled will be signed again: its jti could
        be that of another event, which the log held before it was restored.
        """

        def write(connection: sqlite3.Connection) -> None:
            restored = note_restore(connection, restore_id)
            if connection.execute("SELECT 1 FROM log").fetchone() is None:
                connection.execute("INSERT INTO log VALUES (?, '', 0, '')", (epoch,))
            elif restored:
                connection.execute("UPDATE log SET epoch = ?", (epoch,))
                connection.execute("DELETE FROM delivery WHERE jwt IS NOT NULL")

        await self._database.write(write)

    async def epoch(self) -> str:
        """Return the log's name."""
        epoch, _, _ = await self._database.read(read_log)
        return epoch

    async def end(self) -> int:
        """Return the last position."""
        _, _, end = await self._database.read(read_log)
        return end

    async def feed_cursor(self) -> str:
        """Return the cursor on the change feed."""
        _, feed_cursor, _ = await self._database.read(read_log)
        return feed_cursor

    async def append(self, events: Sequence[Event], *, feed_cursor: str) -> list[LoggedEvent]:
        """Add events and move the cursor."""
        return await self._database.write(
            lambda connection: append_events(connection, events, feed_cursor=feed_cursor)
        )

    async def add_routed(self, events: Sequence[Event]) -> list[LoggedEvent]:
        """Add those events that are not there."""

        def add(connection: sqlite3.Connection) -> list[LoggedEvent]:
            _, feed_cursor, _ = read_log(connection)
            new = [event for event in events if not _has(connection, event)]
            return append_events(connection, distinct(new), feed_cursor=feed_cursor)

        return await self._database.write(add)

    async def publish(
        self, publications: Sequence[Publication], *, at: int
    ) -> list[LoggedEvent | Earlier]:
        """Add events of applications."""

        def write(connection: sqlite3.Connection) -> list[LoggedEvent | Earlier]:
            connection.execute(_FORGET, (at - REMEMBERED,))
            return [publish_event(connection, each, at=at) for each in publications]

        return await self._database.write(write)


def _has(connection: sqlite3.Connection, event: Event) -> bool:
    key = event.routed.key if event.routed else ""
    found = connection.execute(
        "SELECT 1 FROM event WHERE routed_key = ? AND routed_key <> ''", (key,)
    )
    return found.fetchone() is not None
