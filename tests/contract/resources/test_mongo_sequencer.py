"""What the sequencer of the feed in MongoDB must do, whoever writes and whoever leads."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support.eventually import eventually

from heliograph_mongod.server import free_port as free_mongod_port
from heliograph_mongod.server import initiate, mongod, start
from resource_store.adapters.mongo import feed
from resource_store.adapters.mongo.feed_reader import MongoFeed
from resource_store.adapters.mongo.sequencer import FEED, LEASE, STATE, Sequencer
from resource_store.domain.changes import Activation, Change, ChangeKind, FeedEntry
from resource_store.domain.resources import Ref, Stamp
from servicekit.leases import FencedError, Held, lead
from servicekit.mongo import MongoDatabase, Session, open_mongo
from servicekit.mongo_leases import MongoLeases

CHANGE = Change(
    tenant="default",
    ref=Ref("User", "u1"),
    kind=ChangeKind.PATCH,
    txn="txn-1",
    origin=Stamp(2**53 + 1, "here2345"),
    lineage=("here2345",),
    version_before='W/"1"',
    version_after='W/"2"',
    data=b'{"Operations":[]}',
    attributes=("title",),
    external_id="e1",
    activation=Activation.DEACTIVATED,
    traceparent="00-far-01",
    committed=2**53 + 2,
    routed=True,
)
SECONDS = 60.0


@pytest.fixture
async def database(mongo_url: str) -> AsyncIterator[MongoDatabase]:
    async with open_mongo(mongo_url, "resource-store", [feed.prepare]) as opened:
        yield opened


@pytest.fixture
def reader(database: MongoDatabase) -> MongoFeed:
    return MongoFeed(database, ending=asyncio.Event())


async def commit(database: MongoDatabase, *changes: Change, delay: float = 0.0) -> None:
    """Commit changes in one transaction, which takes its time between insert and commit."""

    async def insert(session: Session) -> None:
        told = [(change, change.committed) for change in changes]
        await feed.append(database[feed.CHANGES], session, told)
        await asyncio.sleep(delay)

    await database.transaction(insert)


async def held_by(database: MongoDatabase, holder: str) -> Held:
    """Take the lease of the sequencer."""
    lease = await MongoLeases(database).acquire(LEASE, holder=holder, seconds=SECONDS)
    assert lease is not None
    return Held(lease)


@asynccontextmanager
async def sequencing(database: MongoDatabase, holder: str = "a") -> AsyncIterator[None]:
    """Run a sequencer that leads."""
    leases = MongoLeases(database)
    sequencer = Sequencer(database, leases)
    task = asyncio.create_task(
        lead(leases, LEASE, holder=holder, seconds=SECONDS, work=sequencer.run)
    )
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


async def read_until(
    reader: MongoFeed, is_enough: Callable[[list[FeedEntry]], bool]
) -> list[FeedEntry]:
    """Follow the feed from its beginning."""
    found: list[FeedEntry] = []
    async with asyncio.timeout(60):
        while not is_enough(found):
            last = found[-1].position if found else 0
            found += await reader.changes_after(last, limit=7, wait_seconds=0.1)
    return found


async def followed(database: MongoDatabase, reader: MongoFeed) -> Mapping[str, Any]:
    """Let a sequencer follow the change stream for one change; return the token that it noted."""
    async with sequencing(database, "first"):
        await commit(database, replace(CHANGE, txn="txn-0"))
        await read_until(reader, lambda entries: len(entries) == 1)
        await commit(database, CHANGE)
        await read_until(reader, lambda entries: len(entries) == 2)
    state = await database[STATE].find_one(FEED)
    assert state is not None
    token: Mapping[str, Any] = state["token"]
    return token


async def test_a_change_is_read_as_it_was_told(database: MongoDatabase, reader: MongoFeed) -> None:
    await commit(database, CHANGE)

    async with sequencing(database):
        found = await read_until(reader, lambda entries: len(entries) == 1)

    assert found == [FeedEntry(1, CHANGE)]


async def test_what_is_not_sequenced_is_not_read(
    database: MongoDatabase, reader: MongoFeed
) -> None:
    await commit(database, CHANGE)

    assert await reader.changes_after(0, limit=10, wait_seconds=0) == []


async def test_four_writers_with_random_delays_are_followed_without_skip_or_inversion(
    database: MongoDatabase, reader: MongoFeed
) -> None:
    chance = random.Random(1)  # noqa: S311  a seed, so that a failure can be repeated
    writers, each = 4, 40

    async def write(writer: int) -> None:
        for number in range(each):
            change = replace(CHANGE, ref=Ref("User", f"u{writer}"), txn=f"{writer}-{number}")
            await commit(database, change, delay=chance.random() * 0.02)

    async with sequencing(database):
        following = asyncio.create_task(
            read_until(reader, lambda entries: len(entries) >= writers * each)
        )
        await asyncio.gather(*(write(writer) for writer in range(writers)))
        found = await following

    assert [entry.position for entry in found] == list(range(1, writers * each + 1))
    for writer in range(writers):
        told = [e.change.txn for e in found if e.change.ref.id == f"u{writer}"]
        assert told == [f"{writer}-{number}" for number in range(each)]


async def test_a_sequencer_goes_on_where_the_last_one_stood(
    database: MongoDatabase, reader: MongoFeed
) -> None:
    await followed(database, reader)
    await commit(database, replace(CHANGE, txn="txn-2"), replace(CHANGE, txn="txn-3"))

    async with sequencing(database, "b"):
        found = await read_until(reader, lambda entries: len(entries) == 4)

    assert [entry.change.txn for entry in found] == ["txn-0", "txn-1", "txn-2", "txn-3"]


async def test_what_is_given_a_place_twice_keeps_its_first(
    database: MongoDatabase, reader: MongoFeed
) -> None:
    sequencer = Sequencer(database, MongoLeases(database))
    held = await held_by(database, "a")
    await commit(database, CHANGE)
    await sequencer.sequence_all(held)
    before = await reader.changes_after(0, limit=10, wait_seconds=0)

    assert await sequencer.sequence_all(held) == 0
    assert await reader.changes_after(0, limit=10, wait_seconds=0) == before


async def test_a_sequencer_that_still_believes_to_lead_gives_no_place(
    database: MongoDatabase, reader: MongoFeed
) -> None:
    leases = MongoLeases(database)
    sequencer = Sequencer(database, leases)
    former = await held_by(database, "a")
    await leases.release(former.lease)
    present = await held_by(database, "b")
    await commit(database, CHANGE)

    with pytest.raises(FencedError):
        await sequencer.sequence_all(former)

    assert await reader.changes_after(0, limit=10, wait_seconds=0) == []
    assert await sequencer.sequence_all(present) == 1


async def test_two_sequencers_at_once_give_each_place_once(
    database: MongoDatabase, reader: MongoFeed
) -> None:
    async with sequencing(database, "a"), sequencing(database, "b"):
        for number in range(20):
            await commit(database, replace(CHANGE, txn=str(number)))
        found = await read_until(reader, lambda entries: len(entries) == 20)

    assert [entry.change.txn for entry in found] == [str(number) for number in range(20)]


async def test_a_waiting_reader_is_woken_by_what_another_replica_sequences(
    database: MongoDatabase, reader: MongoFeed
) -> None:
    listening = asyncio.create_task(reader.listen())
    reading = asyncio.create_task(reader.changes_after(0, limit=10, wait_seconds=SECONDS))

    async with sequencing(database):
        await commit(database, CHANGE)
        async with asyncio.timeout(20):
            found = await reading

    assert found == [FeedEntry(1, CHANGE)]
    listening.cancel()


async def test_a_token_that_the_oplog_never_held_leads_to_a_look_at_what_has_no_place(
    database: MongoDatabase, reader: MongoFeed
) -> None:
    """So it is after a backup was restored into another replica set."""
    token = await followed(database, reader)
    stranger = {"_data": "82" + "00000001" + token["_data"][10:]}
    await database[STATE].update_one(FEED, {"$set": {"token": stranger}})
    await commit(database, replace(CHANGE, txn="txn-2"))

    async with sequencing(database, "b"):
        found = await read_until(reader, lambda entries: len(entries) == 3)

    assert [entry.position for entry in found] == [1, 2, 3]
    assert [entry.change.txn for entry in found] == ["txn-0", "txn-1", "txn-2"]


async def test_reading_and_sequencing_use_their_indexes(database: MongoDatabase) -> None:
    changes = database[feed.CHANGES]

    for query, order, index in (
        (feed.after(5), "position", "sequenced_by_position"),
        ({"sequenced": False}, "clock", "unsequenced_by_clock"),
    ):
        plan = await changes.find(query, sort=[(order, 1)]).explain()
        winning = plan["queryPlanner"]["winningPlan"]
        assert winning["inputStage"]["stage"] == "IXSCAN"
        assert winning["inputStage"]["indexName"] == index


async def test_an_oplog_that_no_longer_reaches_back_loses_no_change(tmp_path: Path) -> None:
    port = free_mongod_port()
    # What a checkpoint does not hold yet stays in the oplog, so there is one each second.
    options = ("--oplogSize", "1", "--syncdelay", "1")
    process = start(mongod(), tmp_path, port, options=options)
    try:
        initiate(port, process, log=tmp_path / "mongod.log")
        url = f"mongodb://127.0.0.1:{port}/?replicaSet=rs0"
        async with open_mongo(url, "resource-store", [feed.prepare]) as database:
            reader = MongoFeed(database, ending=asyncio.Event())
            await followed(database, reader)
            await commit(database, replace(CHANGE, txn="txn-2"))
            await eventually(lambda: overwrite_the_oplog(database), seconds=60)

            async with sequencing(database, "b"):
                found = await read_until(reader, lambda entries: len(entries) == 3)
    finally:
        process.terminate()
        process.wait()

    assert [entry.change.txn for entry in found] == ["txn-0", "txn-1", "txn-2"]


async def overwrite_the_oplog(database: MongoDatabase) -> bool:
    """Write until the sequencer's token is not to be found any more."""
    await database["ballast"].insert_many({"text": "x" * 10_000} for _ in range(500))
    state = await database[STATE].find_one(FEED)
    assert state is not None
    sequencer = Sequencer(database, MongoLeases(database))
    stream = await sequencer._resumed()
    if stream is None:
        return True
    await stream.close()
    return False
