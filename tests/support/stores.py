"""The storages of resources that tests run on, each as a driver of it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from support.eventually import eventually
from support.store_driver import StoreDriver

from resource_store.adapters.mongo import feed
from resource_store.adapters.mongo.collections import MIGRATIONS
from resource_store.adapters.mongo.feed_reader import MongoFeed
from resource_store.adapters.mongo.purging import MongoPurging
from resource_store.adapters.mongo.sequencer import LEASE, STATE, Sequencer
from resource_store.adapters.mongo.storage import open_storage as open_mongo_storage
from resource_store.adapters.sqlite.storage import open_storage as open_sqlite_storage
from resource_store.domain.resources import StoreIdentity
from scim.registry import Registry, standard_registry
from servicekit.cancelling import cancelled
from servicekit.leases import lead
from servicekit.mongo import MongoDatabase, open_mongo
from servicekit.mongo_leases import MongoLeases

LEASE_SECONDS = 60.0


@dataclass(frozen=True)
class StorePlace:
    """A folder for a SQLite file, or the URL of a MongoDB database; `name` tells several apart."""

    folder: Path | None
    mongo_url: str | None
    name: str = "store"

    def named(self, name: str) -> "StorePlace":
        """Return another place of the same kind."""
        return replace(self, name=name)


def opened(
    place: StorePlace,
    newborn: StoreIdentity,
    *,
    now: Callable[[], int],
    ending: asyncio.Event,
    restore_id: str = "",
    registry: Registry | None = None,
) -> AbstractAsyncContextManager[StoreDriver]:
    """Open a store; on MongoDB it may be one of several processes' on the same database."""
    registry = registry or standard_registry()
    if place.mongo_url is not None:
        return _on_mongo(
            place.mongo_url,
            place.name,
            newborn,
            now=now,
            ending=ending,
            restore_id=restore_id,
            registry=registry,
        )
    assert place.folder is not None
    path = place.folder / f"{place.name}.sqlite3"
    return _on_sqlite(
        path, newborn, now=now, ending=ending, restore_id=restore_id, registry=registry
    )


@asynccontextmanager
async def _on_sqlite(
    path: Path,
    newborn: StoreIdentity,
    *,
    now: Callable[[], int],
    ending: asyncio.Event,
    restore_id: str,
    registry: Registry,
) -> AsyncIterator[StoreDriver]:
    storage = await open_sqlite_storage(
        path, registry, newborn=newborn, restore_id=restore_id, now=now, ending=ending
    )
    yield StoreDriver(storage, storage, registry, now=now)
    await storage.close()


@asynccontextmanager
async def _on_mongo(
    url: str,
    name: str,
    newborn: StoreIdentity,
    *,
    now: Callable[[], int],
    ending: asyncio.Event,
    restore_id: str,
    registry: Registry,
) -> AsyncIterator[StoreDriver]:
    async with (
        open_mongo(url, name, MIGRATIONS) as database,
        open_mongo_storage(
            database, registry, newborn=newborn, restore_id=restore_id, now=now
        ) as storage,
        asyncio.TaskGroup() as tasks,
    ):
        # No transaction of a test outlasts it.
        storage.purging = MongoPurging(database, late_seconds=0)
        reader = MongoFeed(database, ending=ending)
        loops = [tasks.create_task(reader.listen()), tasks.create_task(_sequence(database))]
        await eventually(lambda: _follows(database))
        yield StoreDriver(storage, reader, registry, settled=lambda: _sequenced(database), now=now)
        await cancelled(loops)


async def _sequence(database: MongoDatabase) -> None:
    leases = MongoLeases(database)
    work = Sequencer(database, leases).run
    await lead(leases, LEASE, holder="test", seconds=LEASE_SECONDS, work=work)


async def _follows(database: MongoDatabase) -> bool:
    """Whether both loops have opened their change streams: cancelled before, they leak a socket."""
    streams = {f"{database.database.name}.{name}" for name in (feed.CHANGES, STATE)}
    admin = database.database.client.admin
    found = await admin.aggregate(
        [{"$currentOp": {"idleCursors": True}}, {"$match": {"ns": {"$in": sorted(streams)}}}]
    )
    return {operation["ns"] async for operation in found} == streams


async def _sequenced(database: MongoDatabase) -> None:
    async def has_every_place() -> bool:
        return await database[feed.CHANGES].find_one({"sequenced": False}) is None

    await eventually(has_every_place)
