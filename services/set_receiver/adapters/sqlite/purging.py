"""Removing the receipts of a tenant; its mark stays, by which later ones are not kept."""

import sqlite3
from collections.abc import Collection
from typing import Final

from servicekit.sqlite import Database

_CLOSE: Final = "INSERT OR IGNORE INTO closed_tenant VALUES (?)"
_IS_CLOSED: Final = "SELECT 1 FROM closed_tenant WHERE tenant = ?"
_REMOVE: Final = """
    DELETE FROM receipt WHERE position IN (SELECT position FROM receipt WHERE tenant = ? LIMIT ?)
"""
_UNLINK: Final = """
    DELETE FROM link WHERE tenant = ?1 AND (stream_id, subject_uri) IN
        (SELECT stream_id, subject_uri FROM link WHERE tenant = ?1 LIMIT ?2)
"""
_FORGET_REST: Final = tuple(
    f"DELETE FROM {table} WHERE tenant = ?"  # noqa: S608  constants
    for table in ("tally", "asked_state", "remote_status")
)


def closed_among(connection: sqlite3.Connection, tenants: Collection[str]) -> frozenset[str]:
    """Return which of these tenants are closed."""
    return frozenset(
        tenant for tenant in tenants if connection.execute(_IS_CLOSED, (tenant,)).fetchone()
    )


class SqliteReceiptPurging:
    """Implements the port `ReceiptPurging` in the file of the receipts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def close(self, tenants: Collection[str]) -> None:
        """Let nothing more be kept for tenants."""
        rows = [(tenant,) for tenant in tenants]
        await self._database.write(lambda connection: connection.executemany(_CLOSE, rows))

    async def remove(self, tenant: str, *, limit: int) -> float | None:
        """Remove receipts, and when there are none what is counted and known beside them."""

        def remove_some(connection: sqlite3.Connection) -> int:
            removed = connection.execute(_REMOVE, (tenant, limit)).rowcount
            removed = removed or connection.execute(_UNLINK, (tenant, limit)).rowcount
            if removed:
                return removed
            return sum(connection.execute(each, (tenant,)).rowcount for each in _FORGET_REST)

        return 0.0 if await self._database.write(remove_some) else None
