"""The event log in a SQLite file, which has one process."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from servicekit.leases import Held, Work, always_held
from servicekit.sqlite import Database
from set_transmitter.adapters.sqlite.dead_letters import SqliteDeadLetters
from set_transmitter.adapters.sqlite.deliveries import SqliteDeliveries
from set_transmitter.adapters.sqlite.erasing import SqliteErasing
from set_transmitter.adapters.sqlite.event_log import SqliteEventLog
from set_transmitter.adapters.sqlite.logged_events import SqliteLoggedEvents
from set_transmitter.adapters.sqlite.resets import SqliteResets
from set_transmitter.adapters.sqlite.retention import SqliteRetention
from set_transmitter.adapters.sqlite.schema import MIGRATIONS
from set_transmitter.adapters.sqlite.snapshots import SqliteSnapshots
from set_transmitter.adapters.sqlite.stream_events import SqliteStreamEvents
from set_transmitter.adapters.sqlite.tenant_records import SqliteTenantRecords
from set_transmitter.adapters.storage import Logbook, Storage


class SqliteStorage:
    """A file; the lock of the data folder is what makes its process the only one."""

    is_shared = False

    def __init__(self, database: Database, *, restore_id: str) -> None:
        self._database = database
        self._restore_id = restore_id

    async def open_log(self, held: Held, *, epoch: str) -> Logbook:
        """Return the log and its deliveries."""
        del held
        log = SqliteEventLog(self._database)
        await log.begin(epoch=epoch, restore_id=self._restore_id)
        deliveries = SqliteDeliveries(self._database)
        erasing = SqliteErasing(self._database, forget=deliveries.forget_shared)
        snapshots = SqliteSnapshots(self._database)
        records = SqliteTenantRecords(self._database)
        return Logbook(
            log,
            deliveries,
            snapshots,
            erasing,
            records,
            stream_events=SqliteStreamEvents(self._database),
            dead_letters=SqliteDeadLetters(self._database),
            resets=SqliteResets(self._database),
            retention=SqliteRetention(self._database),
            logged_events=SqliteLoggedEvents(self._database),
        )

    async def lead(self, work: Work) -> None:
        """Do the work at once."""
        await work(always_held("transmitter"))

    async def works(self) -> bool:
        """Whether the file can be read."""
        try:
            await self._database.read(lambda connection: connection.execute("SELECT 1 FROM log"))
        except sqlite3.Error:
            return False
        return True


@asynccontextmanager
async def open_sqlite(path: Path, *, restore_id: str) -> AsyncIterator[Storage]:
    """Open the file while the context lasts; `restore_id` names its last restore.

    Raises `StartError`.
    """
    database = Database(path, MIGRATIONS)
    try:
        yield SqliteStorage(database, restore_id=restore_id)
    finally:
        await database.close()
