"""What receipts owe to MongoDB's being shared: fences, stragglers, and indexes for every query."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from support.receipt_examples import APPLIED, ARRIVAL, arrival, arrivals

from servicekit.leases import FencedError, Lease
from servicekit.mongo import MongoDatabase, open_mongo
from servicekit.mongo_leases import MongoLeases
from set_receiver.adapters.mongo.receipts import MongoReceipts
from set_receiver.adapters.mongo.schema import MIGRATIONS
from set_receiver.domain.receipts import APPLYING, AWAITING, Receipt, ReceiptState, Selection

Query = Callable[[MongoReceipts], Awaitable[object]]


@pytest.fixture
async def database(mongo_url: str) -> AsyncIterator[MongoDatabase]:
    async with open_mongo(mongo_url, "set-receiver", MIGRATIONS) as opened:
        yield opened


@pytest.fixture
def leases(database: MongoDatabase) -> MongoLeases:
    return MongoLeases(database)


@pytest.fixture
def receipts(database: MongoDatabase, leases: MongoLeases) -> MongoReceipts:
    return MongoReceipts(database, leases)


async def taken(leases: MongoLeases, holder: str) -> Lease:
    lease = await leases.acquire(APPLYING, holder=holder, seconds=60)
    assert lease is not None
    return lease


async def test_nothing_is_recorded_under_a_lease_that_has_passed_to_another(
    receipts: MongoReceipts, leases: MongoLeases
) -> None:
    await receipts.add([ARRIVAL])
    first = await taken(leases, "a")
    await leases.release(first)
    await taken(leases, "b")

    with pytest.raises(FencedError):
        await receipts.record({1: APPLIED}, fence=first.fence)

    assert await receipts.read([1]) == [Receipt(1, ARRIVAL, AWAITING)]
    (tally,) = await receipts.tallies()
    assert tally.state is ReceiptState.PENDING


async def test_a_duplicate_is_told_by_another_replica_too(
    receipts: MongoReceipts, database: MongoDatabase, leases: MongoLeases
) -> None:
    other = MongoReceipts(database, leases)
    await receipts.add([ARRIVAL])

    assert await other.add([ARRIVAL, arrival("jti-2")]) == [False, True]


async def test_a_receipt_that_is_inserted_late_appears_before_those_that_were_not(
    receipts: MongoReceipts,
) -> None:
    late = await receipts._reserve(1)
    await receipts.add([arrival("jti-2")])
    seen = await receipts.pending(after=0, limit=10)

    await receipts._insert([ARRIVAL], first=late)

    found = await receipts.pending(after=0, limit=10)
    assert [receipt.position for receipt in seen] == [2]
    assert [receipt.position for receipt in found] == [1, 2]


async def test_migrating_again_changes_nothing(
    receipts: MongoReceipts, database: MongoDatabase
) -> None:
    await receipts.add([ARRIVAL])

    for migrate in MIGRATIONS:
        await migrate(database.database)

    assert await receipts.add([ARRIVAL, arrival("jti-2")]) == [False, True]
    assert await receipts.read([3]) == [Receipt(3, arrival("jti-2"), AWAITING)]


@pytest.mark.parametrize(
    ("query", "index"),
    [
        pytest.param(
            lambda receipts: receipts.pending(after=1, limit=10), "state: 1, _id: 1", id="pending"
        ),
        pytest.param(lambda receipts: receipts.read([1, 3]), "_id: 1", id="by position"),
        pytest.param(
            lambda receipts: receipts.page(Selection("default"), after=1, limit=10),
            "tenant: 1, _id: 1",
            id="a page of a tenant",
        ),
        pytest.param(
            lambda receipts: receipts.page(
                Selection("default", stream_id="stream-a"), after=1, limit=10
            ),
            "tenant: 1, stream_id: 1, _id: 1",
            id="a page of a stream",
        ),
        pytest.param(
            lambda receipts: receipts.page(
                Selection("default", state=ReceiptState.DEAD), after=1, limit=10
            ),
            "tenant: 1, state: 1, _id: 1",
            id="a page of dead ones",
        ),
        pytest.param(lambda receipts: receipts.tallies(), "state: 1, _id: 1", id="tallies"),
    ],
)
async def test_an_index_in_order_answers(
    receipts: MongoReceipts, database: MongoDatabase, query: Query, index: str
) -> None:
    await receipts.add(arrivals(50))
    await database.database.command("profile", 2)

    await query(receipts)

    (done,) = await profiled(database, "receipts")
    assert f"IXSCAN {{ {index}" in done["planSummary"] or done["planSummary"] == "IDHACK"
    assert not done.get("hasSortStage", False)


@pytest.mark.parametrize(
    "query",
    [
        pytest.param(lambda receipts: receipts.pending(after=1, limit=10), id="pending"),
        pytest.param(lambda receipts: receipts.tallies(), id="tallies"),
    ],
)
async def test_no_receipt_is_touched_for(
    receipts: MongoReceipts, database: MongoDatabase, query: Query
) -> None:
    await receipts.add(arrivals(50))
    await database.database.command("profile", 2)

    await query(receipts)

    (done,) = await profiled(database, "receipts")
    assert done["docsExamined"] == 0


async def profiled(database: MongoDatabase, collection: str) -> list[dict[str, Any]]:
    """Return what the database says of the commands on a collection, and stop it saying so."""
    await database.database.command("profile", 0)
    namespace = f"{database.database.name}.{collection}"
    return await database["system.profile"].find({"ns": namespace}).to_list()
