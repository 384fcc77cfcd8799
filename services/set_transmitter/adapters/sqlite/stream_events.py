"""Events of streams themselves in SQLite, and the changes that they announce."""

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Final

from servicekit.sqlite import Database
from set_transmitter.adapters.sqlite.event_log import append_events, read_log
from set_transmitter.domain.events import Event, LoggedEvent
from set_transmitter.domain.stream_events import AnnouncedChange, StatusChange
from set_transmitter.domain.streams import StreamStatus

_UPSERT: Final = "INSERT OR REPLACE INTO status_change VALUES (?, ?, ?, ?, ?, ?, ?)"
_ALL: Final = (
    "SELECT tenant, stream_id, status, reason, expected, asked, position FROM status_change"
    " ORDER BY position"
)
_FORGET: Final = "DELETE FROM status_change WHERE stream_id = ? AND position = ?"


class SqliteStreamEvents:
    """Implements the port `StreamEvents` in the file of the log."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def journal_cursor(self) -> str:
        """Return how far the journal has been answered."""
        (cursor,) = await self._database.read(
            lambda connection: connection.execute("SELECT journal_cursor FROM log").fetchone()
        )
        return str(cursor)

    async def answer(
        self, answers: Sequence[tuple[str, Event]], *, journal_cursor: str
    ) -> list[LoggedEvent]:
        """Log events, and move the cursor."""

        def write(connection: sqlite3.Connection) -> list[LoggedEvent]:
            connection.execute("UPDATE log SET journal_cursor = ?", (journal_cursor,))
            return _append(connection, answers)

        return await self._database.write(write)

    async def tell(self, stream_id: str, event: Event) -> LoggedEvent:
        """Log an event."""
        (logged,) = await self._database.write(
            lambda connection: _append(connection, [(stream_id, event)])
        )
        return logged

    async def announce(self, change: StatusChange, event: Event) -> LoggedEvent:
        """Log an event, and the change."""

        def write(connection: sqlite3.Connection) -> LoggedEvent:
            (logged,) = _append(connection, [(change.stream_id, event)])
            connection.execute(
                _UPSERT,
                (
                    change.stream_id,
                    change.tenant,
                    change.status.value,
                    change.reason,
                    change.expected.value,
                    change.asked,
                    logged.position,
                ),
            )
            return logged

        return await self._database.write(write)

    async def announced(self) -> Sequence[AnnouncedChange]:
        """Return the changes, the oldest first."""
        rows = await self._database.read(lambda connection: connection.execute(_ALL).fetchall())
        return [
            AnnouncedChange(
                StatusChange(
                    tenant, stream_id, StreamStatus(status), reason, StreamStatus(expected), asked
                ),
                position,
            )
            for tenant, stream_id, status, reason, expected, asked, position in rows
        ]

    async def conclude(self, announced: AnnouncedChange) -> None:
        """Delete the row of a change."""
        names = (announced.change.stream_id, announced.position)
        await self._database.write(lambda connection: connection.execute(_FORGET, names))


def _append(
    connection: sqlite3.Connection, addressed: Iterable[tuple[str, Event]]
) -> list[LoggedEvent]:
    """Add events, each for one stream, leaving the cursor of the feed where it is."""
    _, feed_cursor, _ = read_log(connection)
    return [
        logged
        for stream_id, event in addressed
        for logged in append_events(
            connection, [event], feed_cursor=feed_cursor, only_for=stream_id
        )
    ]
