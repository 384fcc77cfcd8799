"""A replica that is not the active one any more writes nothing (MongoDB)."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from support.transmitter_events import a_request, a_stream, an_announcement, an_event

from servicekit.leases import FencedError, Held
from servicekit.mongo import Document, MongoDatabase, open_mongo
from servicekit.mongo_leases import MongoLeases
from set_transmitter.adapters.mongo.schema import (
    DEAD_LETTERS,
    DELIVERIES,
    EVENTS,
    LOG,
    MIGRATIONS,
    SNAPSHOTS,
    STATUS_CHANGES,
    STREAMS,
)
from set_transmitter.adapters.mongo.storage import LEASE, MongoStorage
from set_transmitter.adapters.storage import Logbook
from set_transmitter.domain.progress import Progress
from set_transmitter.domain.resets import Reset, ToPosition
from set_transmitter.domain.snapshots import Reach, SnapshotPage
from set_transmitter.domain.stream_events import AnnouncedChange, verification_event

STREAM = a_stream()


@pytest.fixture
async def database(mongo_url: str) -> AsyncIterator[MongoDatabase]:
    async with open_mongo(mongo_url, "log", MIGRATIONS) as opened:
        yield opened


async def opened_by(holder: str, database: MongoDatabase) -> tuple[Held, Logbook]:
    lease = await MongoLeases(database).acquire(LEASE, holder=holder, seconds=60)
    assert lease is not None
    held = Held(lease)
    return held, await MongoStorage(database, holder=holder, restore_id="").open_log(
        held, epoch="name"
    )


@pytest.fixture
async def stale(database: MongoDatabase) -> Logbook:
    """Return the log of a replica whose lease has passed to another."""
    held, logbook = await opened_by("a", database)
    deliveries = logbook.deliveries
    await logbook.log.append([an_event(), an_event(txn="2")], feed_cursor="2")
    await deliveries.open(STREAM)
    await deliveries.keep(STREAM.stream_id, {1: "a.b.c"})
    await MongoLeases(database).release(held.lease)
    await opened_by("b", database)
    return logbook


PAGE = SnapshotPage((an_event(),), entries=1, next_key="", reach=Reach(()), total=1)

WRITES: dict[str, Callable[[Logbook], Awaitable[object]]] = {
    "answers": lambda at: at.stream_events.answer(
        [(STREAM.stream_id, verification_event(a_request()))], journal_cursor="9"
    ),
    "announces": lambda at: at.stream_events.announce(*an_announcement()),
    "concludes": lambda at: at.stream_events.conclude(AnnouncedChange(an_announcement()[0], 1)),
    "appends": lambda at: at.log.append([an_event(txn="late")], feed_cursor="3"),
    "keeps": lambda at: at.deliveries.keep(STREAM.stream_id, {2: "d.e.f"}),
    "records": lambda at: at.deliveries.record([Progress(STREAM.stream_id, 1, acknowledged=(1,))]),
    "opens": lambda at: at.deliveries.open(a_stream(stream_id="another")),
    "removes": lambda at: at.deliveries.remove(STREAM.stream_id),
    "replays": lambda at: at.dead_letters.replay(STREAM.stream_id, (), [an_event(txn="late")]),
    "drops": lambda at: at.dead_letters.drop("default", STREAM.stream_id, None),
    "begins a snapshot": lambda at: at.snapshots.begin(
        {STREAM.stream_id}, feed_cursor="9", signals={}
    ),
    "goes on with one": lambda at: at.snapshots.go_on(STREAM.stream_id, PAGE, feed_cursor="9"),
    "sets back": lambda at: at.resets.reset(STREAM, Reset(ToPosition(1), anew=True)),
    "removes what is old": lambda at: at.retention.remove("unheard-of", through=2),
    "drops what is too old": lambda at: at.retention.drop(STREAM, through=2),
}


@pytest.mark.parametrize("write", list(WRITES.values()), ids=list(WRITES))
async def test_a_stale_replica_that_writes_changes_nothing(
    write: Callable[[Logbook], Awaitable[object]],
    stale: Logbook,
    database: MongoDatabase,
) -> None:
    before = await everything(database)

    with pytest.raises(FencedError):
        await write(stale)

    assert await everything(database) == before


async def test_writes_that_share_a_transaction_are_all_done(database: MongoDatabase) -> None:
    _, logbook = await opened_by("a", database)
    log, deliveries = logbook.log, logbook.deliveries
    streams = [a_stream(stream_id=f"stream-{number}") for number in range(20)]

    async with asyncio.TaskGroup() as tasks:
        for stream in streams:
            tasks.create_task(deliveries.open(stream))
            tasks.create_task(log.append([an_event()], feed_cursor=stream.stream_id))

    assert await log.end() == 20
    assert await deliveries.stream_ids() == {stream.stream_id for stream in streams}


async def everything(database: MongoDatabase) -> dict[str, list[Document]]:
    return {
        name: await database[name].find().sort("_id").to_list()
        for name in (LOG, EVENTS, STREAMS, DELIVERIES, DEAD_LETTERS, SNAPSHOTS, STATUS_CHANGES)
    }
