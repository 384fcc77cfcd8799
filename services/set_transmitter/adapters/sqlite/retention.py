"""Removing old events from SQLite: their pages are used again."""

import sqlite3
from collections.abc import Sequence
from typing import Final

from servicekit.sqlite import Database
from set_transmitter.adapters.sqlite.progress import count_unsettled
from set_transmitter.domain.retention import Oldest, Removal
from set_transmitter.domain.streams import Stream

# One look into the index for each tenant.
_OLDEST: Final = """
    WITH RECURSIVE named (tenant) AS (
        SELECT min(tenant) FROM event
        UNION ALL
        SELECT (SELECT min(event.tenant) FROM event WHERE event.tenant > named.tenant)
        FROM named WHERE named.tenant IS NOT NULL
    ), first AS (
        SELECT tenant, (SELECT min(position) FROM event WHERE event.tenant = named.tenant) AS at
        FROM named WHERE tenant IS NOT NULL
    )
    SELECT first.tenant, position, committed FROM first JOIN event ON position = first.at
    ORDER BY position
"""
_FIRST: Final = """
    SELECT position, committed FROM event WHERE tenant = ? ORDER BY position LIMIT ?
"""
_LATEST: Final = """
    SELECT max(position), max(committed) FROM event WHERE tenant = ? AND position <= ?
"""
_NOTE: Final = """
    INSERT INTO removed VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET
        position = max(position, excluded.position), committed = max(committed, excluded.committed)
"""


class SqliteRetention:
    """Removes rows."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def size(self) -> int:
        """Return the size of the pages that are in use."""
        return await self._database.read(_size)

    async def oldest(self) -> Sequence[Oldest]:
        """Return each tenant's first event."""
        rows = await self._database.read(lambda c: c.execute(_OLDEST).fetchall())
        return [Oldest(*row) for row in rows]

    async def cut(self, tenant: str, *, committed_before: int | None, limit: int) -> int:
        """Return the last position of the first events."""
        rows = await self._database.read(lambda c: c.execute(_FIRST, (tenant, limit)).fetchall())
        through = 0
        for position, committed in rows:
            if committed_before is not None and committed >= committed_before:
                break
            through = position
        return int(through)

    async def remove(self, tenant: str, *, through: int) -> Removal:
        """Remove events."""
        return await self._database.write(lambda connection: _remove(connection, tenant, through))

    async def drop(self, stream: Stream, *, through: int) -> int:
        """Settle what a stream has pending."""
        return await self._database.write(lambda connection: _drop(connection, stream, through))


def _size(connection: sqlite3.Connection) -> int:
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    (free,) = connection.execute("PRAGMA freelist_count").fetchone()
    (page_size,) = connection.execute("PRAGMA page_size").fetchone()
    return (int(pages) - int(free)) * int(page_size)


def _remove(connection: sqlite3.Connection, tenant: str, through: int) -> Removal:
    (least,) = connection.execute(
        "SELECT min(cursor) FROM stream WHERE tenant = ?", (tenant,)
    ).fetchone()
    allowed = through if least is None else min(through, least)
    position, committed = connection.execute(_LATEST, (tenant, allowed)).fetchone()
    if position is None:
        return Removal(0, {})
    events = connection.execute(
        "DELETE FROM event WHERE tenant = ? AND position <= ?", (tenant, allowed)
    ).rowcount
    connection.execute(_NOTE, (tenant, position, committed))
    return Removal(events, _remove_dead_letters(connection, tenant, allowed))


def _remove_dead_letters(
    connection: sqlite3.Connection, tenant: str, through: int
) -> dict[str, int]:
    removed: dict[str, int] = {}
    streams = connection.execute("SELECT stream_id FROM stream WHERE tenant = ?", (tenant,))
    for (stream_id,) in streams.fetchall():
        count = connection.execute(
            "DELETE FROM dead_letter WHERE stream_id = ? AND position <= ?", (stream_id, through)
        ).rowcount
        if count:
            removed[stream_id] = count
            connection.execute(
                "UPDATE stream SET dead_letters = max(dead_letters - ?, 0) WHERE stream_id = ?",
                (count, stream_id),
            )
    return removed


def _drop(connection: sqlite3.Connection, stream: Stream, through: int) -> int:
    row = connection.execute(
        "SELECT cursor FROM stream WHERE stream_id = ?", (stream.stream_id,)
    ).fetchone()
    if row is None or row[0] >= through:
        return 0
    events = count_unsettled(connection, stream, after=row[0], through=through)
    connection.execute(
        "UPDATE stream SET cursor = ?, dropped = dropped + ? WHERE stream_id = ?",
        (through, events, stream.stream_id),
    )
    connection.execute(
        "DELETE FROM delivery WHERE stream_id = ? AND position <= ?", (stream.stream_id, through)
    )
    return events
