"""Dead letters in SQLite."""

import sqlite3
from collections.abc import Sequence
from typing import Any, Final

from servicekit.sqlite import Database
from set_transmitter.adapters.sqlite.event_log import append_events, read_log
from set_transmitter.adapters.sqlite.rows import COLUMN_COUNT, COLUMNS, logged_event
from set_transmitter.domain.dead_letters import (
    STATE_KINDS,
    UNDELIVERED,
    FoundLetter,
    LetterPlace,
)
from set_transmitter.domain.events import Event, LoggedEvent
from set_transmitter.domain.progress import DeadLetter
from set_transmitter.domain.streams import Stream

_LETTER: Final = "stream_id, position, jti, err, description, subject_uri, event_type, at"
_LETTER_COLUMNS: Final = ", ".join(f"dead_letter.{each.strip()}" for each in _LETTER.split(","))
_EVENT_COLUMNS: Final = ", ".join(f"event.{each.strip()}" for each in COLUMNS.split(","))
_PAGE: Final = f"""
    SELECT {_LETTER_COLUMNS} FROM dead_letter JOIN stream USING (stream_id)
    WHERE tenant = :tenant AND (:stream_id IS NULL OR stream_id = :stream_id)
        AND (at, position, stream_id) > (:at, :position, :after_stream)
    ORDER BY at, position, stream_id LIMIT :limit
"""  # noqa: S608  constants
_FIRST: Final = f"""
    SELECT {_LETTER_COLUMNS}, {_EVENT_COLUMNS} FROM dead_letter JOIN stream USING (stream_id)
    LEFT JOIN event ON event.position = dead_letter.position AND event.kind <> 'erased'
    WHERE stream.tenant = :tenant AND dead_letter.stream_id = :stream_id
        AND (:position IS NULL OR dead_letter.position = :position)
    ORDER BY dead_letter.position LIMIT :limit
"""  # noqa: S608  constants
_DROP: Final = """
    DELETE FROM dead_letter WHERE stream_id = ?
        AND stream_id IN (SELECT stream_id FROM stream WHERE tenant = ?)
"""


class SqliteDeadLetters:
    """Reads and removes the rows of dead letters."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(
        self, tenant: str, *, stream_id: str | None, after: LetterPlace | None, limit: int
    ) -> list[DeadLetter]:
        """Return a page."""
        place = after or LetterPlace(-1, -1, "")
        wanted = {
            "tenant": tenant,
            "stream_id": stream_id,
            "at": place.at,
            "position": place.position,
            "after_stream": place.stream_id,
            "limit": limit,
        }
        rows = await self._database.read(lambda c: c.execute(_PAGE, wanted).fetchall())
        return [DeadLetter(*row) for row in rows]

    async def find(self, tenant: str, stream_id: str, position: int) -> FoundLetter | None:
        """Return one."""
        found = await self._found(tenant, stream_id, position=position, limit=1)
        return found[0] if found else None

    async def first(self, tenant: str, stream_id: str, *, limit: int) -> list[FoundLetter]:
        """Return the first."""
        return await self._found(tenant, stream_id, position=None, limit=limit)

    async def overtaken(self, stream: Stream, letters: Sequence[DeadLetter]) -> frozenset[int]:
        """Return those after which there is something."""
        if not letters:
            return frozenset()
        last = await self._database.read(lambda c: _last_told(c, stream, letters))
        return frozenset(
            each.position for each in letters if last.get(each.subject_uri, 0) > each.position
        )

    async def replay(
        self, stream_id: str, positions: Sequence[int], events: Sequence[Event]
    ) -> list[LoggedEvent] | None:
        """Log events and remove letters."""

        def write(connection: sqlite3.Connection) -> list[LoggedEvent] | None:
            there = [(stream_id, position) for position in positions]
            found = sum(_is_there(connection, place) for place in there)
            if found < len(there):
                return None
            connection.executemany(
                "DELETE FROM dead_letter WHERE stream_id = ? AND position = ?", there
            )
            _count_down(connection, stream_id, len(there))
            _, cursor, _ = read_log(connection)
            return append_events(connection, events, feed_cursor=cursor, only_for=stream_id)

        return await self._database.write(write)

    async def drop(self, tenant: str, stream_id: str, positions: Sequence[int] | None) -> int:
        """Remove letters."""

        def write(connection: sqlite3.Connection) -> int:
            if positions is None:
                dropped = connection.execute(_DROP, (stream_id, tenant)).rowcount
            else:
                rows = [(stream_id, tenant, position) for position in positions]
                dropped = connection.executemany(f"{_DROP} AND position = ?", rows).rowcount
            _count_down(connection, stream_id, dropped)
            return dropped

        return await self._database.write(write)

    async def _found(
        self, tenant: str, stream_id: str, *, position: int | None, limit: int
    ) -> list[FoundLetter]:
        wanted = {"tenant": tenant, "stream_id": stream_id, "position": position, "limit": limit}
        rows = await self._database.read(lambda c: c.execute(_FIRST, wanted).fetchall())
        return [_found_letter(row) for row in rows]


def _found_letter(row: Sequence[Any]) -> FoundLetter:
    event = row[-COLUMN_COUNT:]
    logged = None if event[0] is None else logged_event(event)
    return FoundLetter(DeadLetter(*row[:-COLUMN_COUNT]), logged)


def _is_there(connection: sqlite3.Connection, place: tuple[str, int]) -> bool:
    wanted = "SELECT 1 FROM dead_letter WHERE stream_id = ? AND position = ?"
    return connection.execute(wanted, place).fetchone() is not None


def _count_down(connection: sqlite3.Connection, stream_id: str, count: int) -> None:
    connection.execute(
        "UPDATE stream SET dead_letters = max(dead_letters - ?, 0) WHERE stream_id = ?",
        (count, stream_id),
    )


def _last_told(
    connection: sqlite3.Connection, stream: Stream, letters: Sequence[DeadLetter]
) -> dict[str, int]:
    """Return the last position of each subject that went out to a stream, or will."""
    kinds = sorted(stream.topics & STATE_KINDS)
    subjects = sorted({each.subject_uri for each in letters})
    return dict(
        connection.execute(
            "SELECT subject_uri, max(position) FROM event"  # noqa: S608  question marks
            " WHERE tenant = ? AND position > ? AND committed >= ? AND only_for IN ('', ?)"
            f" AND kind IN ({', '.join('?' * len(kinds))})"
            f" AND subject_uri IN ({', '.join('?' * len(subjects))})"
            " AND NOT EXISTS (SELECT 1 FROM dead_letter WHERE stream_id = ?"
            "  AND dead_letter.position = event.position AND err <> ?)"
            " GROUP BY subject_uri",
            (
                stream.tenant,
                min(each.position for each in letters),
                stream.begins,
                stream.stream_id,
                *kinds,
                *subjects,
                stream.stream_id,
                UNDELIVERED,
            ),
        )
    )
