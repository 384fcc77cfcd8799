"""Removing what a SQLite file has of a tenant."""

import sqlite3
from typing import Final

from servicekit.sqlite import Database

_OF_STREAMS: Final = {
    "delivery": "stream_id, position",
    "dead_letter": "stream_id, position",
    "snapshot_boundary": "stream_id, number",
    "snapshot": "stream_id",
}
"""What is kept for streams, and what names a row of it."""


class SqliteTenantRecords:
    """Removes rows, those of streams before the streams."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def remove(self, tenant: str, *, limit: int) -> int:
        """Remove rows."""

        def remove_some(connection: sqlite3.Connection) -> int:
            left = limit
            for statement in _STATEMENTS:
                left -= connection.execute(statement, (tenant, left)).rowcount
                if not left:
                    break
            return limit - left

        return await self._database.write(remove_some)


def _removing(table: str, key: str, among: str) -> str:
    return f"DELETE FROM {table} WHERE ({key}) IN (SELECT {key} FROM {among} LIMIT ?)"  # noqa: S608


_STATEMENTS: Final = (
    *(
        _removing(table, key, f"{table} JOIN stream USING (stream_id) WHERE tenant = ?")
        for table, key in _OF_STREAMS.items()
    ),
    _removing("status_change", "stream_id", "status_change WHERE tenant = ?"),
    _removing("event", "position", "event WHERE tenant = ?"),
    _removing("removed", "tenant", "removed WHERE tenant = ?"),
    _removing("publication", "tenant, txn, identity", "publication WHERE tenant = ?"),
    _removing("stream", "stream_id", "stream WHERE tenant = ?"),
)
