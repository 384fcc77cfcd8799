"""What every storage of the event log does with a tenant that is deleted."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest
from support.purged_tenants import GONE, STAYS, documents_of, fill_tables, rows_by, tables_of
from support.transmitter_events import NOW, a_stream, an_announcement, an_event

from servicekit.leases import FencedError, Held, always_held
from servicekit.mongo import MongoDatabase, open_mongo
from servicekit.mongo_leases import MongoLeases
from set_transmitter.adapters.mongo import schema
from set_transmitter.adapters.mongo.storage import LEASE, MongoStorage
from set_transmitter.adapters.sqlite.storage import open_sqlite
from set_transmitter.adapters.storage import Logbook
from set_transmitter.domain.progress import DeadLetter, Progress
from set_transmitter.domain.publications import Fresh, parse_publication
from set_transmitter.domain.snapshots import Reach, SnapshotPage
from set_transmitter.domain.streams import Stream

OF_NO_TENANT = {"log", "restore"}
STREAMS = {tenant: a_stream(tenant=tenant, stream_id=f"of-{tenant}") for tenant in (GONE, STAYS)}
SNAPSHOTS = {each: a_stream(tenant=each, stream_id=f"new-of-{each}") for each in (GONE, STAYS)}


@pytest.fixture(params=["sqlite", "mongodb"])
async def stored_logbook(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Logbook]:
    """Give a store: the fake in memory, whose positions are places in a list, loses nothing."""
    if request.param == "sqlite":
        async with open_sqlite(tmp_path / "set-transmitter.sqlite3", restore_id="") as storage:
            yield await storage.open_log(always_held("transmitter"), epoch="first-name")
    else:
        url = request.getfixturevalue("mongo_url")
        async with open_mongo(url, "log", schema.MIGRATIONS) as opened:
            yield await opened_log(opened, "a")


@pytest.fixture
async def database(mongo_url: str) -> AsyncIterator[MongoDatabase]:
    async with open_mongo(mongo_url, "log", schema.MIGRATIONS) as opened:
        yield opened


async def fill(logbook: Logbook, tenant: str) -> None:
    """Let a tenant have something of everything."""
    stream, fresh = STREAMS[tenant], SNAPSHOTS[tenant]
    (old,) = await logbook.log.append([an_event(tenant=tenant)], feed_cursor="0")
    await logbook.retention.remove(tenant, through=old.position)
    end = await logbook.log.end()
    events = [an_event(tenant=tenant, txn=str(number)) for number in range(4)]
    await logbook.log.append(events, feed_cursor="1")
    await logbook.deliveries.open(stream)
    await logbook.deliveries.open(fresh)
    await logbook.deliveries.keep(stream.stream_id, {end + 1: "a", end + 2: "b", end + 3: "c"})
    letter = DeadLetter(stream.stream_id, end + 2, "jti", "err", "no", "/Users/ann", "urn:x", NOW)
    await logbook.deliveries.record(
        [Progress(stream.stream_id, end, acknowledged=(end + 3,), dead_letters=(letter,))]
    )
    await logbook.stream_events.announce(*an_announcement(stream))
    await logbook.snapshots.begin([fresh.stream_id], feed_cursor=None, signals={})
    page = SnapshotPage((an_event(tenant=tenant),), 1, "next", Reach(("User",)), 2)
    await logbook.snapshots.go_on(fresh.stream_id, page, feed_cursor="2")


async def positions(logbook: Logbook, stream: Stream) -> list[int]:
    page = await logbook.deliveries.read(stream, after=0, limit=100)
    return [pending.position for pending in page.pending]


async def purge(logbook: Logbook, tenant: str, *, limit: int) -> list[int]:
    """Return how much each step removed, until one removed nothing."""
    steps = []
    while removed := await logbook.tenant_records.remove(tenant, limit=limit):
        steps.append(removed)
    return steps


@pytest.mark.parametrize("limit", [1, 3, 1000])
async def test_nothing_is_left_of_one_and_all_of_another(
    stored_logbook: Logbook, limit: int
) -> None:
    logbook = stored_logbook
    await fill(logbook, GONE)
    await fill(logbook, STAYS)
    before = [await positions(logbook, each[STAYS]) for each in (STREAMS, SNAPSHOTS)]

    steps = await purge(logbook, GONE, limit=limit)

    assert max(steps) <= limit
    assert await logbook.deliveries.stream_ids() == {
        STREAMS[STAYS].stream_id,
        SNAPSHOTS[STAYS].stream_id,
    }
    assert [await positions(logbook, each[STAYS]) for each in (STREAMS, SNAPSHOTS)] == before
    assert await positions(logbook, STREAMS[GONE]) == []
    assert await logbook.deliveries.dead_letters(GONE, None) == []
    assert len(await logbook.deliveries.dead_letters(STAYS, None)) == 1
    assert set(await logbook.snapshots.all()) == {SNAPSHOTS[STAYS].stream_id}


async def test_the_log_goes_on_after_its_last_position(stored_logbook: Logbook) -> None:
    await fill(stored_logbook, GONE)
    end = await stored_logbook.log.end()

    await purge(stored_logbook, GONE, limit=1000)

    (logged,) = await stored_logbook.log.append([an_event(tenant=STAYS)], feed_cursor="3")
    assert logged.position == end + 1


async def test_what_comes_late_for_a_stream_is_not_kept(stored_logbook: Logbook) -> None:
    stream_id = STREAMS[GONE].stream_id
    await fill(stored_logbook, GONE)
    await purge(stored_logbook, GONE, limit=1000)

    await stored_logbook.deliveries.keep(stream_id, {4: "late"})
    await stored_logbook.deliveries.record([Progress(stream_id, 4, acknowledged=(4,))])

    assert await stored_logbook.tenant_records.remove(GONE, limit=1000) == 0


async def test_every_table_loses_one_tenant_and_keeps_another(tmp_path: Path) -> None:
    """Whoever adds a table finds here that it is to be named in `tenant_records`."""
    path = tmp_path / "set-transmitter.sqlite3"
    held = always_held("transmitter")
    async with open_sqlite(path, restore_id="") as storage:
        await storage.open_log(held, epoch="first-name")
    tables = tables_of(path)
    of_tenant = {name for name, columns in tables.items() if "tenant" in columns} - {"stream"}
    of_stream = {name for name, columns in tables.items() if "stream_id" in columns}
    of_stream -= {"stream"} | of_tenant
    assert set(tables) == of_tenant | of_stream | {"stream"} | OF_NO_TENANT
    once = {"removed"}
    fill_tables(path, of_tenant - once, tenant=[GONE, STAYS])
    fill_tables(path, once, rows=1, tenant=[GONE, STAYS])
    fill_tables(path, of_stream, rows=1, stream_id=["of-gone", "of-stays"])
    with closing(sqlite3.connect(path)) as connection, connection:
        for tenant in (GONE, STAYS):
            connection.execute(
                "INSERT INTO stream (stream_id, tenant, cursor, acknowledged, dead_letters)"
                " VALUES (?, ?, 0, 0, 0)",
                (f"of-{tenant}", tenant),
            )

    async with open_sqlite(path, restore_id="") as storage:
        await purge(await storage.open_log(held, epoch="first-name"), GONE, limit=2)

    assert rows_by(path, of_tenant, "tenant") == {
        name: {STAYS: 1 if name in once else 3} for name in of_tenant
    }
    assert rows_by(path, of_stream, "stream_id") == {name: {"of-stays": 1} for name in of_stream}
    assert rows_by(path, ["stream"], "tenant") == {"stream": {STAYS: 1}}


async def opened_log(database: MongoDatabase, holder: str) -> Logbook:
    lease = await MongoLeases(database).acquire(LEASE, holder=holder, seconds=60)
    assert lease is not None
    storage = MongoStorage(database, holder=holder, restore_id="")
    return await storage.open_log(Held(lease), epoch="first-name")


async def test_every_collection_loses_one_tenant_and_keeps_another(database: MongoDatabase) -> None:
    """Whoever adds a collection finds here that it is to be named in `tenant_records`."""
    logbook = await opened_log(database, "a")
    await fill(logbook, GONE)
    await fill(logbook, STAYS)
    for tenant in (GONE, STAYS):
        event = {"sub_id": {"format": "opaque", "id": "a"}, "events": {"urn:example:own": {}}}
        published = parse_publication(tenant, {**event, "txn": "t"}, Fresh(NOW, "fresh"))
        await logbook.log.publish([published], at=NOW)
    made = set(await database.database.list_collection_names())
    named = {
        value for name, value in vars(schema).items() if name.isupper() and isinstance(value, str)
    }

    await purge(logbook, GONE, limit=2)

    kept = {
        schema.EVENTS,
        schema.STREAMS,
        schema.DEAD_LETTERS,
        schema.STATUS_CHANGES,
        schema.REMOVED,
        schema.PUBLICATIONS,
    }
    by_stream = {schema.DELIVERIES, schema.SNAPSHOTS}
    assert made | named == kept | by_stream | {schema.LOG, "leases", "schema"}
    assert await documents_of(database.database, GONE) == {}
    assert (await documents_of(database.database, STAYS)).keys() == kept
    streams = [each[GONE].stream_id for each in (STREAMS, SNAPSHOTS)]
    assert [await documents_of(database.database, stream_id) for stream_id in streams] == [{}, {}]


async def test_a_replica_that_was_replaced_purges_nothing(database: MongoDatabase) -> None:
    old = await opened_log(database, "a")
    await fill(old, GONE)
    before = await documents_of(database.database, GONE)
    lease = await MongoLeases(database).acquire(LEASE, holder="a", seconds=60)
    assert lease is not None
    await MongoLeases(database).release(lease)
    await opened_log(database, "b")

    with pytest.raises(FencedError):
        await old.tenant_records.remove(GONE, limit=1000)

    assert await documents_of(database.database, GONE) == before
