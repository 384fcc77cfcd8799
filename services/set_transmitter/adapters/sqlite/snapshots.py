"""The snapshots of streams in SQLite."""

import sqlite3
from collections.abc import Collection, Mapping

from servicekit.sqlite import Database
from set_transmitter.adapters.sqlite.event_log import append_events, read_log
from set_transmitter.adapters.sqlite.snapshot_rows import (
    begin_snapshot,
    pending_signals,
    read_snapshots,
    write_boundary,
)
from set_transmitter.domain.events import LoggedEvent
from set_transmitter.domain.snapshots import Snapshot, SnapshotPage


class SqliteSnapshots:
    """A row per snapshot, and one per page of it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self) -> Mapping[str, Snapshot]:
        """Return the snapshots."""
        return await self._database.read(read_snapshots)

    async def begin(
        self,
        stream_ids: Collection[str],
        *,
        feed_cursor: str | None,
        signals: Mapping[str, Collection[str]],
    ) -> Mapping[str, Snapshot]:
        """Begin snapshots."""

        def write(connection: sqlite3.Connection) -> Mapping[str, Snapshot]:
            if feed_cursor is not None:
                append_events(connection, [], feed_cursor=feed_cursor)
            begun = {each: begin_at_end(connection, each, signals.get(each)) for each in stream_ids}
            return {each: snapshot for each, snapshot in begun.items() if snapshot is not None}

        return await self._database.write(write)

    async def go_on(
        self, stream_id: str, page: SnapshotPage, *, feed_cursor: str
    ) -> tuple[Snapshot | None, list[LoggedEvent]]:
        """Log a page."""

        def write(connection: sqlite3.Connection) -> tuple[Snapshot | None, list[LoggedEvent]]:
            found = read_snapshots(connection, stream_id).get(stream_id)
            events = () if found is None else page.events
            logged = append_events(connection, events, feed_cursor=feed_cursor, only_for=stream_id)
            if found is None:
                return None, logged
            _, _, end = read_log(connection)
            snapshot = found.gone_on(page, end=end)
            write_boundary(connection, stream_id, snapshot)
            return snapshot, logged

        return await self._database.write(write)


def begin_at_end(
    connection: sqlite3.Connection, stream_id: str, types: Collection[str] | None
) -> Snapshot | None:
    """Begin a stream's snapshot, and log its pending signals once more; None without a stream."""
    _, feed_cursor, end = read_log(connection)
    signals = pending_signals(connection, stream_id, types)
    if not begin_snapshot(connection, stream_id, end=end):
        return None
    append_events(connection, signals, feed_cursor=feed_cursor, only_for=stream_id)
    return Snapshot(started=end)
