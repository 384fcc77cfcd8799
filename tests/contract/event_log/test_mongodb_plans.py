"""MongoDB reads the log, deliveries and dead letters by an index, as its own profiler says."""

from collections.abc import AsyncIterator

import pytest
from support.transmitter_events import NOW, a_stream, an_event

from servicekit.leases import Held
from servicekit.mongo import MongoDatabase, open_mongo
from servicekit.mongo_leases import MongoLeases
from set_transmitter.adapters.mongo.schema import DEAD_LETTERS, DELIVERIES, EVENTS, MIGRATIONS
from set_transmitter.adapters.mongo.storage import LEASE, MongoStorage
from set_transmitter.domain.progress import DeadLetter, Progress
from set_transmitter.ports.deliveries import Deliveries

STREAM = a_stream()
STREAM_ID = STREAM.stream_id
SCANNED = [EVENTS, DELIVERIES, DEAD_LETTERS]


@pytest.fixture
async def database(mongo_url: str) -> AsyncIterator[MongoDatabase]:
    async with open_mongo(mongo_url, "log", MIGRATIONS) as opened:
        yield opened


@pytest.fixture
async def deliveries(database: MongoDatabase) -> Deliveries:
    lease = await MongoLeases(database).acquire(LEASE, holder="a", seconds=60)
    assert lease is not None
    storage = MongoStorage(database, holder="a", restore_id="")
    logbook = await storage.open_log(Held(lease), epoch="name")
    await logbook.log.append([an_event() for _ in range(100)], feed_cursor="1")
    return logbook.deliveries


async def test_no_collection_is_scanned(database: MongoDatabase, deliveries: Deliveries) -> None:
    letter = DeadLetter(STREAM_ID, 2, "jti", "err", "no", "/Users/ann", "urn:x", NOW)
    await database.database.command("profile", 2)

    await deliveries.open(STREAM)
    await deliveries.keep(STREAM_ID, {1: "a.b.c", 2: "d.e.f"})
    await deliveries.read(STREAM, after=0, limit=10)
    await deliveries.record([Progress(STREAM_ID, 2, acknowledged=(1,), dead_letters=(letter,))])
    await deliveries.dead_letters("default", None)
    await deliveries.dead_letters("default", STREAM_ID)
    await deliveries.remove(STREAM_ID)

    await database.database.command("profile", 0)
    names = [f"{database.database.name}.{collection}" for collection in SCANNED]
    profiled = await database["system.profile"].find({"ns": {"$in": names}}).to_list()
    plans = [
        f"{entry['ns']}: {entry['planSummary']}" for entry in profiled if "planSummary" in entry
    ]
    assert len(plans) >= 8
    assert [plan for plan in plans if "COLLSCAN" in plan] == []
