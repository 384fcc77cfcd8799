"""What the receiver keeps in a SQLite file, which is one process's own."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from servicekit.lone_leases import LoneLeases
from servicekit.signals import News
from servicekit.sqlite import Database
from set_receiver.adapters.receipt_store import ReceiptStore
from set_receiver.adapters.sqlite.links import SqliteLinks
from set_receiver.adapters.sqlite.purging import SqliteReceiptPurging
from set_receiver.adapters.sqlite.receipts import SqliteReceipts
from set_receiver.adapters.sqlite.schema import MIGRATIONS
from set_receiver.adapters.sqlite.stream_states import SqliteStreamStates
from set_receiver.domain.looks import ALONE


@asynccontextmanager
async def open_sqlite(path: Path) -> AsyncIterator[ReceiptStore]:
    """Open the file, and close it after the last write. Raises `StartError`."""
    database = Database(path, MIGRATIONS)

    async def works() -> bool:
        try:
            await database.read(lambda connection: connection.execute("SELECT 1").fetchone())
        except sqlite3.Error:
            return False
        return True

    try:
        yield ReceiptStore(
            SqliteReceipts(database),
            SqliteReceiptPurging(database),
            SqliteStreamStates(database),
            SqliteLinks(database),
            LoneLeases(),
            ALONE,
            works,
            _hear_of_nobody,
        )
    finally:
        await database.close()


async def _hear_of_nobody(_news: News) -> None:
    await asyncio.Event().wait()
