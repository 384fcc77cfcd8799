"""The storage of the event log, by each adapter that there is."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from support.memory_event_log import (
    MemoryDeadLetters,
    MemoryDeliveries,
    MemoryErasing,
    MemoryEventLog,
    MemoryLoggedEvents,
    MemoryResets,
    MemoryRetention,
    MemorySnapshots,
    MemoryStreamEvents,
    MemoryTenantRecords,
)

from servicekit.leases import Held, always_held
from servicekit.mongo import open_mongo
from servicekit.mongo_leases import MongoLeases
from set_transmitter.adapters.mongo.schema import MIGRATIONS
from set_transmitter.adapters.mongo.storage import LEASE, MongoStorage
from set_transmitter.adapters.sqlite.storage import open_sqlite
from set_transmitter.adapters.storage import Logbook
from set_transmitter.ports.dead_letters import DeadLetters
from set_transmitter.ports.deliveries import Deliveries
from set_transmitter.ports.event_log import EventLog
from set_transmitter.ports.snapshots import Snapshots
from set_transmitter.ports.stream_events import StreamEvents


@pytest.fixture(params=["sqlite", "mongodb", "memory"])
async def logbook(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Logbook]:
    if request.param == "memory":
        in_memory = MemoryEventLog("first-name")
        deliveries = MemoryDeliveries(in_memory)
        snapshots, erasing = MemorySnapshots(deliveries), MemoryErasing(deliveries)
        yield Logbook(
            in_memory,
            deliveries,
            snapshots,
            erasing,
            MemoryTenantRecords(),
            MemoryStreamEvents(in_memory, deliveries.changes),
            MemoryDeadLetters(deliveries),
            MemoryResets(deliveries),
            MemoryRetention(),
            MemoryLoggedEvents(deliveries),
        )
    elif request.param == "sqlite":
        async with open_sqlite(tmp_path / "set-transmitter.sqlite3", restore_id="") as storage:
            held = always_held("transmitter")
            yield await storage.open_log(held, epoch="first-name")
    else:
        async with open_mongo(request.getfixturevalue("mongo_url"), "log", MIGRATIONS) as opened:
            lease = await MongoLeases(opened).acquire(LEASE, holder="a", seconds=60)
            assert lease is not None
            mongo = MongoStorage(opened, holder="a", restore_id="")
            yield await mongo.open_log(Held(lease), epoch="first-name")


@pytest.fixture
def log(logbook: Logbook) -> EventLog:
    return logbook.log


@pytest.fixture
def deliveries(logbook: Logbook) -> Deliveries:
    return logbook.deliveries


@pytest.fixture
def dead_letters(logbook: Logbook) -> DeadLetters:
    return logbook.dead_letters


@pytest.fixture
def snapshots(logbook: Logbook) -> Snapshots:
    return logbook.snapshots


@pytest.fixture
def stream_events(logbook: Logbook) -> StreamEvents:
    return logbook.stream_events
