"""The storage of the event log, by each adapter that there is."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from support.memory_event_log import MemoryDeliveries, MemoryEventLog

from servicekit.sqlite import Database
from set_transmitter.adapters.sqlite_deliveries import SqliteDeliveries
from set_transmitter.adapters.sqlite_event_log import SqliteEventLog
from set_transmitter.adapters.sqlite_schema import MIGRATIONS
from set_transmitter.ports.deliveries import Deliveries
from set_transmitter.ports.event_log import EventLog


@dataclass(frozen=True)
class Storage:
    log: EventLog
    deliveries: Deliveries


@pytest.fixture(params=["sqlite", "memory"])
async def storage(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Storage]:
    if request.param == "memory":
        in_memory = MemoryEventLog("first-name")
        yield Storage(in_memory, MemoryDeliveries(in_memory))
        return
    database = Database(tmp_path / "set-transmitter.sqlite3", MIGRATIONS)
    log = SqliteEventLog(database)
    await log.begin(epoch="first-name", restore_id="")
    yield Storage(log, SqliteDeliveries(database))
    await database.close()


@pytest.fixture
def log(storage: Storage) -> EventLog:
    return storage.log


@pytest.fixture
def deliveries(storage: Storage) -> Deliveries:
    return storage.deliveries
