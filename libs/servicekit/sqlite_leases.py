"""Leases in a SQLite file."""

import asyncio
import sqlite3
from typing import Final

from servicekit.leases import FencedError, Lease
from servicekit.sqlite import Database

LEASES_TABLE: Final = """
    CREATE TABLE leases (
        name TEXT PRIMARY KEY,
        holder TEXT NOT NULL,
        fence INTEGER NOT NULL,
        expires REAL NOT NULL
    ) STRICT, WITHOUT ROWID;
"""
"""A migration for a file that keeps leases; `expires` is a Julian day."""

# A bare column name in the DO UPDATE is the row's value as it was.
_ACQUIRE: Final = """
    INSERT INTO leases (name, holder, fence, expires)
    VALUES (:name, :holder, 1, julianday('now') + :seconds / 86400.0)
    ON CONFLICT (name) DO UPDATE SET
        fence = fence + (holder <> excluded.holder),
        holder = excluded.holder,
        expires = excluded.expires
    WHERE holder = excluded.holder OR expires <= julianday('now')
    RETURNING fence
"""
_RELEASE: Final = """
    UPDATE leases SET expires = 0, holder = '' WHERE name = ? AND holder = ? AND fence = ?
"""


class SqliteLeases:
    """Keeps leases in the table `LEASES_TABLE`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def acquire(self, name: str, *, holder: str, seconds: float) -> Lease | None:
        """Take or renew a lease."""
        asked = asyncio.get_running_loop().time()
        values = {"name": name, "holder": holder, "seconds": seconds}
        row = await self._database.write(
            lambda connection: connection.execute(_ACQUIRE, values).fetchone()
        )
        return Lease(name, holder, row[0], asked + seconds) if row else None

    async def release(self, lease: Lease) -> None:
        """Give a lease back."""
        values = (lease.name, lease.holder, lease.fence)
        await self._database.write(lambda connection: connection.execute(_RELEASE, values))


def check_fence(connection: sqlite3.Connection, lease: Lease) -> None:
    """Raise `FencedError`, in the transaction of a write, when the lease is another's by now."""
    row = connection.execute("SELECT fence FROM leases WHERE name = ?", (lease.name,)).fetchone()
    if row != (lease.fence,):
        raise FencedError(lease.name)
