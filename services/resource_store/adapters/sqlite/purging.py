"""Removing what there is of a tenant; its mark stays, by which later writes are refused."""

import sqlite3
from collections.abc import Iterable, Mapping
from typing import Final

from resource_store.adapters.sqlite import feed
from resource_store.domain.errors import StorageFailedError, TenantClosedError
from servicekit.failures import StorageError
from servicekit.sqlite import Database, Operation, T

KEYS: Final[Mapping[str, str]] = {
    "resources": "tenant, id",
    "index_keys": "tenant, resource_type, path, key, id",
    "members": "tenant, group_id, member_id",
    "tombstones": "tenant, id",
    "transactions": "number",
    "effects": "number",
    "async_requests": "number",
    "deleted_resources": "tenant, id",
    "erasures": "tenant, id",
    "brakes": "tenant",
    "brake_counts": "tenant, number",
    "held_operations": "tenant, id",
}
"""The tables with an index that begins with the tenant, and what names a row of each."""

_SCANNED_AT_ONCE: Final = 10_000
"""Rows of the feed, which is in no order by tenant."""
_CLOSE: Final = "INSERT OR IGNORE INTO closed_tenants (tenant, scanned) VALUES (?, 0)"
_IS_CLOSED: Final = "SELECT 1 FROM closed_tenants WHERE tenant = ?"
_SCANNED: Final = "SELECT scanned FROM closed_tenants WHERE tenant = ?"
_SCAN: Final = """
    SELECT position, tenant, clock FROM changes WHERE position > ? ORDER BY position LIMIT ?
"""
_MOVE: Final = "UPDATE closed_tenants SET scanned = ? WHERE tenant = ?"


def refuse_closed(connection: sqlite3.Connection, tenant: str) -> None:
    """Raise `TenantClosedError` in the transaction of a write for a tenant that is closed."""
    if closed_among(connection, [tenant]):
        raise TenantClosedError


def closed_among(connection: sqlite3.Connection, tenants: Iterable[str]) -> frozenset[str]:
    """Return those of the tenants that are closed."""
    return frozenset(
        tenant for tenant in tenants if connection.execute(_IS_CLOSED, (tenant,)).fetchone()
    )


class SqlitePurging:
    """Implements the port `Purging` in the file of the resources."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def close(self, tenant: str) -> None:
        """Let nothing more be written for a tenant."""
        await self._write(lambda c: c.execute(_CLOSE, (tenant,)), tenant)

    async def remove(self, tenant: str, *, limit: int) -> float | None:
        """Remove a part of what there is of a tenant."""

        def remove_some(connection: sqlite3.Connection) -> bool:
            removed = [_remove(connection, table, tenant, limit) for table in KEYS]
            is_feed_free = _remove_changes(connection, tenant, limit)
            return is_feed_free and not any(removed)

        return None if await self._write(remove_some, tenant) else 0.0

    async def _write(self, operation: Operation[T], tenant: str) -> T:
        try:
            return await self._database.write(operation, lane=tenant)
        except StorageError as error:
            raise StorageFailedError(str(error)) from error


def _remove(connection: sqlite3.Connection, table: str, tenant: str, limit: int) -> int:
    key = KEYS[table]
    statement = f"""
        DELETE FROM {table} WHERE ({key}) IN (
            SELECT {key} FROM {table} WHERE tenant = ? LIMIT ?
        )
    """  # noqa: S608  constants
    return connection.execute(statement, (tenant, limit)).rowcount


def _remove_changes(connection: sqlite3.Connection, tenant: str, limit: int) -> bool:
    """Go through a part of the feed; return whether that was the last, and none are left."""
    (scanned,) = connection.execute(_SCANNED, (tenant,)).fetchone()
    rows = connection.execute(_SCAN, (scanned, _SCANNED_AT_ONCE)).fetchall()
    removed = [(position, clock) for position, of, clock in rows if of == tenant][:limit]
    if removed:
        clock = max(clock for _, clock in removed)
        feed.keep_end(connection, position=removed[-1][0], clock=clock)
        connection.executemany(
            "DELETE FROM changes WHERE position = ?", [(position,) for position, _ in removed]
        )
    is_cut_off = len(removed) == limit
    if rows:
        reached = removed[-1][0] if is_cut_off else rows[-1][0]
        connection.execute(_MOVE, (reached, tenant))
    return not is_cut_off and len(rows) < _SCANNED_AT_ONCE
