"""What every place that keeps receipts does with a tenant that is deleted."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from support.purged_tenants import (
    GONE,
    STAYS,
    documents_of,
    fill_tables,
    rows_by,
    tables_of,
    until_nothing_is_left,
)
from support.receipt_examples import APPLIED, DEAD, arrival

from servicekit.mongo import MongoDatabase, open_mongo
from servicekit.mongo_leases import MongoLeases
from set_receiver.adapters.mongo import schema
from set_receiver.adapters.mongo.links import MongoLinks
from set_receiver.adapters.mongo.purging import MongoReceiptPurging
from set_receiver.adapters.mongo.receipts import MongoReceipts
from set_receiver.adapters.mongo.stream_states import MongoStreamStates
from set_receiver.adapters.receipt_store import ReceiptStore
from set_receiver.adapters.sqlite.store import open_sqlite
from set_receiver.domain.links import Link, LinkKey
from set_receiver.domain.receipts import APPLYING, Selection
from set_receiver.domain.stream_states import RemoteStatus
from set_receiver.ports.receipt_purging import ReceiptPurging
from set_receiver.ports.receipts import Receipts

Kept = tuple[Receipts, ReceiptPurging, int]
"""Receipts, what removes them, and the fence of the lease to apply."""


@pytest.fixture
async def database(mongo_url: str) -> AsyncIterator[MongoDatabase]:
    async with open_mongo(mongo_url, "set-receiver", schema.MIGRATIONS) as opened:
        yield opened


async def on_mongo(database: MongoDatabase) -> Kept:
    leases = MongoLeases(database)
    lease = await leases.acquire(APPLYING, holder="this test", seconds=60)
    assert lease is not None
    purging = MongoReceiptPurging(database, late_seconds=0)
    return MongoReceipts(database, leases), purging, lease.fence


@pytest.fixture(params=["sqlite", "mongodb"])
async def kept(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Kept]:
    """Give a store: the fake in memory, whose positions are places in a list, loses nothing."""
    if request.param == "sqlite":
        async with open_sqlite(tmp_path / "set-receiver.sqlite3") as store:
            yield store.receipts, store.purging, 0
        return
    url = request.getfixturevalue("mongo_url")
    async with open_mongo(url, "set-receiver", schema.MIGRATIONS) as opened:
        yield await on_mongo(opened)


async def fill(receipts: Receipts, tenant: str, fence: int) -> list[int]:
    """Let a tenant have an applied, a dead and a pending receipt; return where they are."""
    await receipts.add([arrival(f"jti-{number}", tenant=tenant) for number in range(3)])
    positions = await positions_of(receipts, tenant)
    await receipts.record({positions[0]: APPLIED, positions[1]: DEAD}, fence=fence)
    return positions


def link_of(tenant: str) -> Link:
    return Link(LinkKey(tenant, "stream-a", "/Users/1"), is_linked=True, version="1")


async def positions_of(receipts: Receipts, tenant: str) -> list[int]:
    page = await receipts.page(Selection(tenant), after=0, limit=100)
    return [receipt.position for receipt in page]


async def purge(purging: ReceiptPurging, *, limit: int = 2) -> int:
    await purging.close([GONE])
    return await until_nothing_is_left(lambda: purging.remove(GONE, limit=limit))


async def test_nothing_is_left_of_one_and_all_of_another(kept: Kept) -> None:
    receipts, purging, fence = kept
    await fill(receipts, GONE, fence)
    others = await fill(receipts, STAYS, fence)

    await purge(purging)

    assert await positions_of(receipts, GONE) == []
    assert await positions_of(receipts, STAYS) == others
    assert {(each.tenant, each.receipts) for each in await receipts.tallies()} == {(STAYS, 1)}
    pending = await receipts.pending(after=0, limit=100)
    assert [each.position for each in pending] == others[2:]


async def test_a_step_removes_a_part(kept: Kept) -> None:
    receipts, purging, fence = kept
    await fill(receipts, GONE, fence)
    await purging.close([GONE])

    await purging.remove(GONE, limit=2)

    assert len(await positions_of(receipts, GONE)) == 1


async def test_what_arrives_late_is_not_kept_and_others_are(kept: Kept) -> None:
    receipts, purging, _ = kept
    await purge(purging)

    late, other = arrival("late", tenant=GONE), arrival("other", tenant=STAYS)

    assert await receipts.add([late, other, late]) == [False, True, False]
    assert await receipts.add([late]) == [False]
    assert await positions_of(receipts, GONE) == []
    assert len(await positions_of(receipts, STAYS)) == 1


async def test_a_standing_that_comes_late_is_of_nothing(kept: Kept) -> None:
    receipts, purging, fence = kept
    positions = await fill(receipts, GONE, fence)
    await purge(purging)

    await receipts.record({positions[2]: APPLIED}, fence=fence)

    assert await receipts.tallies() == []


@pytest.mark.parametrize("store", ["sqlite", "mongodb"], indirect=True)
async def test_a_link_that_comes_late_is_not_kept(store: ReceiptStore, fence: int) -> None:
    """It comes from who was applying a receipt when the tenant was closed."""
    await store.purging.close([GONE])

    await store.links.write([link_of(GONE), link_of(STAYS)], fence=fence)

    assert set(await store.links.read([link_of(GONE).key, link_of(STAYS).key])) == {
        link_of(STAYS).key
    }


async def test_a_closed_tenant_stays_so_over_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "set-receiver.sqlite3"
    async with open_sqlite(path) as store:
        await store.purging.close([GONE])

    async with open_sqlite(path) as store:
        assert await store.receipts.add([arrival("late", tenant=GONE)]) == [False]


async def test_every_table_loses_one_tenant_and_keeps_another(tmp_path: Path) -> None:
    """Whoever adds a table finds here that it is to be named in `purging`."""
    path = tmp_path / "set-receiver.sqlite3"
    async with open_sqlite(path):
        pass
    tables = set(tables_of(path)) - {"closed_tenant", "sqlite_sequence"}
    fill_tables(path, tables, tenant=[GONE, STAYS])

    async with open_sqlite(path) as store:
        await purge(store.purging)

    assert rows_by(path, tables, "tenant") == {table: {STAYS: 3} for table in tables}


async def test_every_collection_loses_one_tenant_and_keeps_another(database: MongoDatabase) -> None:
    """Whoever adds a collection finds here that it is to be named in `purging`."""
    receipts, purging, fence = await on_mongo(database)
    await fill(receipts, GONE, fence)
    await fill(receipts, STAYS, fence)
    for tenant in (GONE, STAYS):
        await MongoStreamStates(database).ask(tenant, "s1", "a state")
        await MongoStreamStates(database).note_status(tenant, "s1", RemoteStatus("paused", "", 1))
    links = MongoLinks(database, MongoLeases(database))
    await links.write([link_of(GONE), link_of(STAYS)], fence=fence)
    before = await documents_of(database.database, STAYS)
    made = set(await database.database.list_collection_names())

    await purge(purging)

    kept_here = {schema.RECEIPTS, schema.TALLIES, schema.STREAM_STATES, schema.LINKS}
    assert made == kept_here | {schema.COUNTERS, schema.CLOSED_TENANTS, "leases", "schema"}
    assert before.keys() == kept_here
    assert await documents_of(database.database, GONE) == {schema.CLOSED_TENANTS: 1}
    assert await documents_of(database.database, STAYS) == before


async def test_another_replica_that_saw_no_mark_is_waited_for(database: MongoDatabase) -> None:
    purging = MongoReceiptPurging(database, late_seconds=60.0)
    await purging.close([GONE])
    assert await purging.remove(GONE, limit=2) == 1.0

    await database[schema.RECEIPTS].insert_one({"_id": 1, "tenant": GONE})

    assert await purging.remove(GONE, limit=2) == 0.0
    assert await documents_of(database.database, GONE) == {schema.CLOSED_TENANTS: 1}
