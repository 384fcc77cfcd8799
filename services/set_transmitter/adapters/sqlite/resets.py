"""Setting streams back in SQLite."""

import sqlite3

import orjson

from servicekit.sqlite import Database
from set_transmitter.adapters.sqlite.event_log import read_log
from set_transmitter.adapters.sqlite.progress import generations_of
from set_transmitter.adapters.sqlite.snapshots import begin_at_end
from set_transmitter.domain.resets import (
    BeyondRetention,
    BySnapshot,
    DoneBefore,
    FromPosition,
    NotInLog,
    Reset,
    ResetOutcome,
    ResetTarget,
    ToDate,
    ToPosition,
)
from set_transmitter.domain.streams import Stream


class SqliteResets:
    """Moves cursors back, and forgets what is settled above them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def reset(self, stream: Stream, reset: Reset) -> ResetOutcome:
        """Set a stream back."""
        # Looked for by a reader, as nobody may write meanwhile.
        found = await self._database.read(lambda c: _first(c, stream, reset.target))

        def write(connection: sqlite3.Connection) -> ResetOutcome:
            if not _note_revision(connection, stream.stream_id, reset.revision):
                return DoneBefore()
            if found is None:
                return NotInLog()
            if not _is_retained(connection, stream, reset.target, found):
                return _begin_snapshot(connection, stream)
            _set_back(connection, stream.stream_id, first=found, anew=reset.anew)
            return FromPosition(found)

        return await self._database.write(write)


def _note_revision(connection: sqlite3.Connection, stream_id: str, revision: int) -> bool:
    """Tell whether a reset is to be done: one of no configuration always is."""
    if not revision:
        return True
    return bool(
        connection.execute(
            "UPDATE stream SET reset_revision = ?1 WHERE stream_id = ?2 AND reset_revision < ?1",
            (revision, stream_id),
        ).rowcount
    )


def _first(connection: sqlite3.Connection, stream: Stream, target: ResetTarget) -> int | None:
    """Return where the target is; None when it is no event of the stream."""
    match target:
        case ToPosition(position):
            return _own(connection, stream, position)
        case ToDate(committed):
            row = connection.execute(
                "SELECT position FROM event WHERE tenant = ? AND committed >= ?"
                " ORDER BY position LIMIT 1",
                (stream.tenant, max(committed, stream.begins)),
            ).fetchone()
            _, _, end = read_log(connection)
            return row[0] if row is not None else end + 1


def _own(connection: sqlite3.Connection, stream: Stream, position: int) -> int | None:
    through, _ = _removed(connection, stream.tenant)
    if 0 < position <= through:
        return position
    is_there = connection.execute(
        "SELECT 1 FROM event WHERE position = ? AND tenant = ? AND committed >= ?"
        " AND only_for IN ('', ?)",
        (position, stream.tenant, stream.begins, stream.stream_id),
    ).fetchone()
    return position if is_there else None


def _is_retained(
    connection: sqlite3.Connection, stream: Stream, target: ResetTarget, first: int
) -> bool:
    through, latest = _removed(connection, stream.tenant)
    if isinstance(target, ToDate) and max(target.committed, stream.begins) <= latest:
        return False
    return first > through


def _removed(connection: sqlite3.Connection, tenant: str) -> tuple[int, int]:
    row = connection.execute(
        "SELECT position, committed FROM removed WHERE tenant = ?", (tenant,)
    ).fetchone()
    return (0, 0) if row is None else (row[0], row[1])


def _begin_snapshot(connection: sqlite3.Connection, stream: Stream) -> ResetOutcome:
    if "create" not in stream.topics:
        return BeyondRetention()
    begin_at_end(connection, stream.stream_id, stream.signals)
    return BySnapshot()


def _set_back(connection: sqlite3.Connection, stream_id: str, *, first: int, anew: bool) -> None:
    there = (stream_id, first)
    connection.execute(
        "DELETE FROM delivery WHERE stream_id = ? AND position >= ? AND (jwt IS NULL OR ?)",
        (*there, anew),
    )
    connection.execute(
        "UPDATE delivery SET is_reset = 1 WHERE stream_id = ? AND position >= ?", there
    )
    letters = connection.execute(
        "DELETE FROM dead_letter WHERE stream_id = ? AND position >= ?", there
    ).rowcount
    connection.execute(
        "UPDATE stream SET cursor = min(cursor, ?), dead_letters = max(dead_letters - ?, 0)"
        " WHERE stream_id = ?",
        (first - 1, letters, stream_id),
    )
    if anew:
        _issue_anew(connection, stream_id, first)


def _issue_anew(connection: sqlite3.Connection, stream_id: str, first: int) -> None:
    row = connection.execute(
        "SELECT generations FROM stream WHERE stream_id = ?", (stream_id,)
    ).fetchone()
    if row is not None:
        anew = orjson.dumps(generations_of(row[0]).anew_from(first).begun).decode()
        connection.execute(
            "UPDATE stream SET generations = ? WHERE stream_id = ?", (anew, stream_id)
        )
