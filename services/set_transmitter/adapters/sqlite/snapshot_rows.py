"""Snapshots, read and written by one connection of SQLite."""

import sqlite3
from collections.abc import Collection
from typing import Final

import orjson

from set_transmitter.adapters.sqlite.rows import COLUMNS, logged_event
from set_transmitter.domain.events import Event, once_more
from set_transmitter.domain.snapshots import Boundary, Reach, Snapshot

# the column kind of a signal has a URI
_PENDING_SIGNALS: Final = f"""
    SELECT {COLUMNS} FROM event
    WHERE tenant = (SELECT tenant FROM stream WHERE stream_id = :stream_id)
        AND position > (SELECT cursor FROM stream WHERE stream_id = :stream_id)
        AND instr(kind, ':') > 0 AND only_for IN ('', :stream_id)
        AND NOT EXISTS (
            SELECT 1 FROM delivery
            WHERE stream_id = :stream_id AND position = event.position AND jwt IS NULL
        )
    ORDER BY position
"""  # noqa: S608  constants


def read_snapshots(
    connection: sqlite3.Connection, stream_id: str | None = None
) -> dict[str, Snapshot]:
    """Return the snapshots of all streams, or of one of them."""
    rows = connection.execute(
        "SELECT stream_id, started, total FROM snapshot WHERE ?1 IS NULL OR stream_id = ?1",
        (stream_id,),
    ).fetchall()
    return {
        of: Snapshot(started, total, _boundaries(connection, of)) for of, started, total in rows
    }


def begin_snapshot(connection: sqlite3.Connection, stream_id: str, *, end: int) -> bool:
    """Begin a snapshot at the log's end; False when there is no such stream."""
    moved = connection.execute("UPDATE stream SET cursor = ? WHERE stream_id = ?", (end, stream_id))
    if not moved.rowcount:
        return False
    connection.execute("DELETE FROM delivery WHERE stream_id = ?", (stream_id,))
    forget_snapshot(connection, stream_id)
    connection.execute("INSERT INTO snapshot VALUES (?, ?, 0)", (stream_id, end))
    return True


def pending_signals(
    connection: sqlite3.Connection, stream_id: str, types: Collection[str] | None
) -> list[Event]:
    """Return the unsettled signals of some types, or of all, that are logged for a stream."""
    rows = connection.execute(_PENDING_SIGNALS, {"stream_id": stream_id})
    events = (once_more(logged_event(row).event) for row in rows)
    return [event for event in events if types is None or event.event_type in types]


def write_boundary(connection: sqlite3.Connection, stream_id: str, snapshot: Snapshot) -> None:
    """Write the last boundary of a snapshot, and its total."""
    last = snapshot.boundaries[-1]
    connection.execute(
        "UPDATE snapshot SET total = ? WHERE stream_id = ?", (snapshot.total, stream_id)
    )
    connection.execute(
        "INSERT INTO snapshot_boundary VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            stream_id,
            len(snapshot.boundaries),
            last.position,
            last.key,
            last.walked,
            orjson.dumps(last.reach.resource_types).decode(),
            last.reach.resource_type,
            last.reach.resource_id,
        ),
    )


def forget_snapshot(connection: sqlite3.Connection, stream_id: str) -> None:
    """Delete a stream's snapshot."""
    connection.execute("DELETE FROM snapshot_boundary WHERE stream_id = ?", (stream_id,))
    connection.execute("DELETE FROM snapshot WHERE stream_id = ?", (stream_id,))


def _boundaries(connection: sqlite3.Connection, stream_id: str) -> tuple[Boundary, ...]:
    rows = connection.execute(
        "SELECT position, key, walked, resource_types, resource_type, resource_id"
        " FROM snapshot_boundary WHERE stream_id = ? ORDER BY number",
        (stream_id,),
    )
    return tuple(
        Boundary(
            position, key, walked, Reach(tuple(orjson.loads(types)), resource_type, resource_id)
        )
        for position, key, walked, types, resource_type, resource_id in rows
    )
