"""No table and no collection of the store is forgotten when a tenant is purged.

Whoever adds one that has a tenant finds here that it is to be named in `purging`.
"""

import asyncio
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
from support.stores import StorePlace, opened

from resource_store.adapters.mongo import collections, feed, sequencer
from resource_store.adapters.mongo.collections import CLOSED_TENANTS, MIGRATIONS
from resource_store.adapters.mongo.purging import BY_ID, BY_MEMBER, BY_NAME, MongoPurging
from resource_store.domain.resources import StoreIdentity
from servicekit.mongo import MongoDatabase, open_mongo

NEWBORN = StoreIdentity(cluster="here2345", epoch="firstepoch")
OF_NO_TENANT = {feed.META, sequencer.STATE, "leases", "schema"}
TABLES_OF_NO_TENANT = {"meta", "restore", "sqlite_sequence", "closed_tenants"}
MINUTE = 60.0


async def test_every_table_with_a_tenant_is_purged(tmp_path: Path) -> None:
    place, ending = StorePlace(folder=tmp_path, mongo_url=None), asyncio.Event()
    path = tmp_path / "store.sqlite3"
    async with opened(place, NEWBORN, now=lambda: 1, ending=ending):
        pass
    tables = set(tables_of(path)) - TABLES_OF_NO_TENANT
    fill_tables(path, tables, tenant=[GONE, STAYS])

    async with opened(place, NEWBORN, now=lambda: 1, ending=ending) as store:
        purging = store.storage.purging
        await purging.close(GONE)
        await until_nothing_is_left(lambda: purging.remove(GONE, limit=2))

    left = rows_by(path, tables, "tenant")
    assert left == {table: {STAYS: 1 if table == "brakes" else 3} for table in tables}


async def test_every_collection_is_purged_or_is_of_no_tenant(mongo_url: str) -> None:
    async with open_mongo(mongo_url, "store", MIGRATIONS) as database:
        made = set(await database.database.list_collection_names())
    named = {
        value
        for name, value in vars(collections).items()
        if name.isupper() and isinstance(value, str)
    }

    purged = BY_ID | BY_MEMBER | BY_NAME | {feed.CHANGES}
    assert made | named <= purged | {CLOSED_TENANTS} | OF_NO_TENANT


async def filled(database: MongoDatabase) -> None:
    """Put documents of two tenants into every collection that is purged."""
    for tenant in (GONE, STAYS):
        for name in BY_NAME:
            await database[name].insert_one({"_id": tenant})
        for number in range(3):
            for name in BY_ID:
                await database[name].insert_one({"_id": {"tenant": tenant, "id": str(number)}})
            for name in BY_MEMBER:
                names = {"group": str(number), "member": str(number)}
                await database[name].insert_one({"tenant": tenant, **names})
            for is_sequenced in (False, True):
                position = number + (10 if tenant == GONE else 20)
                at = {"position": position} if is_sequenced else {}
                await database[feed.CHANGES].insert_one(
                    {"tenant": tenant, "sequenced": is_sequenced, "clock": position, **at}
                )


async def test_every_collection_loses_one_tenant_and_keeps_another(mongo_url: str) -> None:
    async with open_mongo(mongo_url, "store", MIGRATIONS) as database:
        await filled(database)
        before = await documents_of(database.database, STAYS)
        purging = MongoPurging(database, late_seconds=0)
        await purging.close(GONE)

        await until_nothing_is_left(lambda: purging.remove(GONE, limit=2))

        assert await documents_of(database.database, GONE) == {CLOSED_TENANTS: 1}
        assert await documents_of(database.database, STAYS) == before


@pytest.mark.parametrize("name", ["gon", "gone-too", "gone0"])
async def test_a_tenant_whose_name_is_alike_is_another(mongo_url: str, name: str) -> None:
    async with open_mongo(mongo_url, "store", MIGRATIONS) as database:
        for collection in BY_ID:
            await database[collection].insert_one({"_id": {"tenant": name, "id": "1"}})
        purging = MongoPurging(database, late_seconds=0)
        await purging.close(GONE)

        await until_nothing_is_left(lambda: purging.remove(GONE, limit=2))

        assert (await documents_of(database.database, name)).keys() == BY_ID


async def test_a_transaction_that_began_before_is_waited_for(mongo_url: str) -> None:
    """It saw no mark, and what it writes is removed, since somebody asks again."""
    async with open_mongo(mongo_url, "store", MIGRATIONS) as database:
        purging = MongoPurging(database, late_seconds=MINUTE)
        await purging.close(GONE)
        assert await purging.remove(GONE, limit=2) == 1.0

        await database[collections.MEMBERS].insert_one({"tenant": GONE, "group": "late"})

        assert await purging.remove(GONE, limit=2) == 0.0
        assert await documents_of(database.database, GONE) == {CLOSED_TENANTS: 1}
