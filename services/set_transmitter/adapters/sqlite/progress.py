"""How far streams are, read and written by one connection of SQLite."""

import sqlite3
from collections.abc import Iterable, Sequence

import orjson

from set_transmitter.adapters.sqlite.snapshot_rows import forget_snapshot, read_snapshots
from set_transmitter.domain.generations import Generations
from set_transmitter.domain.progress import DeadLetter, Progress, StoredProgress
from set_transmitter.domain.streams import Stream

# One statement for many rows: each step of another would give the interpreter up and wait for it.
_UNSETTLED = """
    WHERE stream_id = ? AND jwt IS NOT NULL AND position IN (SELECT value FROM json_each(?))
"""
_DELETE = f"DELETE FROM delivery {_UNSETTLED}"  # noqa: S608  a constant
_EMPTY = f"UPDATE delivery SET jwt = NULL {_UNSETTLED}"  # noqa: S608  as above


def open_stream(connection: sqlite3.Connection, stream: Stream) -> StoredProgress:
    """Return a stream's progress, after making its row where there is none."""
    known = "SELECT 1 FROM stream WHERE stream_id = ?"
    if connection.execute(known, (stream.stream_id,)).fetchone() is None:
        connection.execute(
            "INSERT INTO stream (stream_id, tenant, cursor, acknowledged, dead_letters)"
            " VALUES (?, ?, ?, 0, 0)",
            (stream.stream_id, stream.tenant, _position_before(connection, stream)),
        )
    cursor, acknowledged, dead, generations, revision, dropped = connection.execute(
        "SELECT cursor, acknowledged, dead_letters, generations, reset_revision, dropped"
        " FROM stream WHERE stream_id = ?",
        (stream.stream_id,),
    ).fetchone()
    (end,) = connection.execute("SELECT end_position FROM log").fetchone()
    pending = count_unsettled(connection, stream, after=cursor, through=end)
    snapshot = read_snapshots(connection, stream.stream_id).get(stream.stream_id)
    return StoredProgress(
        cursor=cursor,
        acknowledged=acknowledged,
        dead_letters=dead,
        pending=pending,
        end=end,
        snapshot=snapshot,
        generations=generations_of(generations),
        reset_revision=revision,
        dropped=dropped,
    )


def record(connection: sqlite3.Connection, progress: Progress) -> None:
    """Settle what is not settled yet, and move the cursor forward."""
    stream_id, cursor = progress.stream_id, progress.cursor
    acknowledged = _settle(connection, stream_id, progress.acknowledged, cursor=cursor)
    dead_letters = [letter.position for letter in progress.dead_letters]
    dead = _settle(connection, stream_id, dead_letters, cursor=cursor)
    moved = connection.execute(
        "UPDATE stream SET cursor = max(cursor, ?), acknowledged = acknowledged + ?,"
        " dead_letters = dead_letters + ? WHERE stream_id = ?",
        (cursor, acknowledged, dead, stream_id),
    )
    connection.execute(
        "DELETE FROM delivery WHERE stream_id = ? AND position <= ?", (stream_id, cursor)
    )
    if moved.rowcount:
        _insert_dead_letters(connection, progress.dead_letters)


def remove(connection: sqlite3.Connection, stream_id: str) -> None:
    """Delete every row of a stream."""
    connection.execute("DELETE FROM delivery WHERE stream_id = ?", (stream_id,))
    connection.execute("DELETE FROM dead_letter WHERE stream_id = ?", (stream_id,))
    connection.execute("DELETE FROM status_change WHERE stream_id = ?", (stream_id,))
    forget_snapshot(connection, stream_id)
    connection.execute("DELETE FROM stream WHERE stream_id = ?", (stream_id,))


def dead_letters(
    connection: sqlite3.Connection, tenant: str, stream_id: str | None
) -> list[DeadLetter]:
    """Return dead letters, oldest first."""
    rows = connection.execute(
        "SELECT dead_letter.stream_id, position, jti, err, description, subject_uri, event_type, at"
        " FROM dead_letter JOIN stream USING (stream_id)"
        " WHERE tenant = ?1 AND (?2 IS NULL OR stream_id = ?2) ORDER BY at, position",
        (tenant, stream_id),
    )
    return [DeadLetter(*row) for row in rows]


def generations_of(stored: str) -> Generations:
    """Return generations as they are stored, as JSON."""
    return Generations(tuple((begun[0], begun[1]) for begun in orjson.loads(stored)))


def count_unsettled(
    connection: sqlite3.Connection, stream: Stream, *, after: int, through: int
) -> int:
    """Return how many events a stream has in a part of the log that are not settled."""
    topics = sorted(stream.topics)
    (events,) = connection.execute(
        "SELECT count(*) FROM event"  # noqa: S608  question marks
        " WHERE tenant = ? AND position > ? AND position <= ? AND committed >= ?"
        f" AND kind IN ({', '.join('?' * len(topics))}) AND only_for IN ('', ?)",
        (stream.tenant, after, through, stream.begins, *topics, stream.stream_id),
    ).fetchone()
    (settled,) = connection.execute(
        "SELECT count(*) FROM delivery"
        " WHERE stream_id = ? AND position > ? AND position <= ? AND jwt IS NULL",
        (stream.stream_id, after, through),
    ).fetchone()
    return int(events) - int(settled)


def _position_before(connection: sqlite3.Connection, stream: Stream) -> int:
    row = connection.execute(
        "SELECT position FROM event WHERE committed < ? AND only_for = ''"
        " ORDER BY position DESC LIMIT 1",
        (stream.begins,),
    ).fetchone()
    # what is published or received is not behind what happened before, if the feed is late
    (of_others,) = connection.execute(
        "SELECT min(position) FROM event"
        " WHERE tenant = ? AND committed >= ? AND resource_type = ''",
        (stream.tenant, stream.begins),
    ).fetchone()
    before = 0 if row is None else int(row[0])
    return before if of_others is None else min(before, int(of_others) - 1)


def _settle(
    connection: sqlite3.Connection, stream_id: str, positions: Iterable[int], *, cursor: int
) -> int:
    """Return how many of the positions were not settled before.

    A row that the cursor passes goes at once: to empty it first would write its page twice.
    """
    passed: list[int] = []
    above: list[int] = []
    for position in positions:
        (passed if position <= cursor else above).append(position)
    return _change(connection, _DELETE, stream_id, passed) + _change(
        connection, _EMPTY, stream_id, above
    )


def _change(
    connection: sqlite3.Connection, statement: str, stream_id: str, positions: Sequence[int]
) -> int:
    if not positions:
        return 0
    values = (stream_id, orjson.dumps(positions).decode())
    return connection.execute(statement, values).rowcount


def _insert_dead_letters(connection: sqlite3.Connection, letters: Iterable[DeadLetter]) -> None:
    connection.executemany(
        "INSERT OR IGNORE INTO dead_letter VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            (
                letter.stream_id,
                letter.position,
                letter.jti,
                letter.err,
                letter.description,
                letter.subject_uri,
                letter.event_type,
                letter.at,
            )
            for letter in letters
        ),
    )
