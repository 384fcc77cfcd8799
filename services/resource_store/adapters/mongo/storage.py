"""The storage of resources in one MongoDB database, beside other processes that use the same."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Final, TypeVar

from pymongo import ReturnDocument

from resource_store.adapters.aes_gcm_cursors import new_cursor_key
from resource_store.adapters.mongo import feed, snapshots
from resource_store.adapters.mongo.async_requests import MongoAsyncRequests
from resource_store.adapters.mongo.batches import Batch
from resource_store.adapters.mongo.brakes import MongoBrakes
from resource_store.adapters.mongo.closed_tenants import closed_among
from resource_store.adapters.mongo.collections import META
from resource_store.adapters.mongo.deleted_resources import MongoDeletedResources
from resource_store.adapters.mongo.documents import Address, resource_of, stored_of
from resource_store.adapters.mongo.erasures import MongoErasures
from resource_store.adapters.mongo.faults import blamed, storage_failures
from resource_store.adapters.mongo.purging import MongoPurging
from resource_store.adapters.mongo.reading import Reading
from resource_store.adapters.mongo.reindexing import reindex
from resource_store.adapters.mongo.searching import Searching
from resource_store.adapters.mongo.writer import Result, Writer
from resource_store.adapters.verdicts import Shown
from resource_store.domain.clock import HybridClock
from resource_store.domain.decisions import Outcome, Transition
from resource_store.domain.errors import StorageFailedError, TenantClosedError
from resource_store.domain.resources import Ref, Resource, Stored, StoreIdentity
from resource_store.domain.snapshots import Tombstone, Whole
from resource_store.ports.resources import Found, Query, Search
from scim.registry import Registry
from scim.resource_type import ResourceType
from servicekit.mongo import Document, MongoDatabase, Session
from servicekit.mongo_restoring import note_restore

T = TypeVar("T")

IDENTITY: Final = {"_id": "identity"}
_CURSOR_KEY: Final = {"_id": "cursor-key"}


class MongoStorage:
    """Implements the ports `Resources` and `Snapshots`; made by `open_storage`."""

    def __init__(
        self,
        database: MongoDatabase,
        identity: StoreIdentity,
        *,
        cursor_key: bytes,
        clock: HybridClock,
    ) -> None:
        self.identity = identity
        self.cursor_key = cursor_key
        self.async_requests = MongoAsyncRequests(database, clock)
        self.deleted_resources = MongoDeletedResources(database)
        self.erasures = MongoErasures(database)
        self.brakes = MongoBrakes(database)
        self.purging = MongoPurging(database)
        self._database = database
        self._clock = clock
        self._writer = Writer(self._carry_out)

    async def read(self, queries: Sequence[Query]) -> list[Resource | None]:
        """Return what each query asks for."""

        async def look(reading: Reading) -> list[Resource | None]:
            found = await reading.resources({_address(query) for query in queries})
            showing = [
                (
                    place,
                    Shown(query.tenant, resource_of(document), query.shown, query.resource_type),
                )
                for place, query in enumerate(queries)
                if (document := found.get(_address(query)))
                and document["type"] == query.ref.resource_type
            ]
            resources = await reading.completed([shown for _, shown in showing])
            by_place = dict(zip((place for place, _ in showing), resources, strict=True))
            return [by_place.get(place) for place in range(len(queries))]

        return await self._read(look)

    async def read_stored(self, tenant: str, ref: Ref) -> Stored | None:
        """Return one resource as it is kept."""
        here = (tenant, ref.id)
        found = await self._read(lambda reading: reading.resources([here]))
        stored = stored_of(found.get(here))
        return stored if stored and stored.resource.ref == ref else None

    async def write(self, transitions: Sequence[Transition]) -> list[Outcome | Exception]:
        """Carry out each transition by itself, all of them by few transactions."""
        results = await self._writer.write(transitions)
        for result in results:
            if isinstance(result, StorageFailedError):
                raise result
        return results

    async def search(self, search: Search) -> Found:
        """Return a page of the matches."""
        return await self._read(lambda reading: Searching(reading, search).found())

    async def resources_after(
        self, tenant: str, resource_type: ResourceType, after: str, *, limit: int
    ) -> Sequence[Whole]:
        """Return the resources of a type after an id."""
        return await self._read(
            lambda reading: snapshots.resources_after(
                reading, tenant, resource_type, after, limit=limit
            )
        )

    async def tombstones_after(self, tenant: str, after: str, *, limit: int) -> Sequence[Tombstone]:
        """Return the tombstones after an id."""
        return await self._read(
            lambda reading: snapshots.tombstones_after(reading, tenant, after, limit=limit)
        )

    async def count(self, tenant: str) -> int:
        """Return how many resources and tombstones there are."""
        return await self._read(lambda reading: snapshots.count(reading, tenant))

    async def works(self) -> bool:
        """Whether the database answers."""
        return await self._database.works()

    async def finish(self) -> None:
        """Finish the writes that wait."""
        await self._writer.finish()

    async def _carry_out(self, transitions: Sequence[Transition]) -> Sequence[Result]:
        async def operation(session: Session) -> Sequence[Result]:
            with blamed():
                tenants = {each.tenant for each in transitions}
                closed = await closed_among(self._database, tenants, session)
                open_ones = [each for each in transitions if each.tenant not in closed]
                batch = Batch(self._database, session, self._clock)
                outcomes = iter(await batch.outcomes(open_ones) if open_ones else ())
                return [
                    TenantClosedError() if each.tenant in closed else next(outcomes)
                    for each in transitions
                ]

        return await self._database.transaction(operation)

    async def _read(self, look: Callable[[Reading], Awaitable[T]]) -> T:
        with storage_failures():
            return await self._database.snapshot(
                lambda session: look(Reading(self._database, session))
            )


@asynccontextmanager
async def open_storage(
    database: MongoDatabase,
    registry: Registry,
    *,
    newborn: StoreIdentity,
    restore_id: str,
    now: Callable[[], int],
) -> AsyncIterator[MongoStorage]:
    """Open a store in a database with `MIGRATIONS`; a new one takes the identity of `newborn`.

    One that was restored, which is known by a new `restore_id`, takes the epoch. Raises
    `LayoutError` when what it holds is at odds with the registry.
    """
    await reindex(database, registry)
    identity = await _identity(database, newborn, restore_id=restore_id)
    last = await feed.last_clock(database)
    storage = MongoStorage(
        database,
        identity,
        cursor_key=await _cursor_key(database),
        clock=HybridClock(identity.cluster, now=now, last=last),
    )
    try:
        yield storage
    finally:
        await storage.finish()


async def _identity(
    database: MongoDatabase, newborn: StoreIdentity, *, restore_id: str
) -> StoreIdentity:
    """Return the identity; of several processes that come first together, one makes it."""
    made = {"cluster": newborn.cluster, "epoch": newborn.epoch}
    await note_restore(database[META], IDENTITY, restore_id, made={"epoch": newborn.epoch})
    kept: Document | None = await database[META].find_one_and_update(
        IDENTITY,
        {"$setOnInsert": {**made, "restore": restore_id}},
        upsert=True,
        return_document=ReturnDocument.AFTER,
    )
    found = kept or made
    return StoreIdentity(found["cluster"], found["epoch"])


async def _cursor_key(database: MongoDatabase) -> bytes:
    """Return the key of the cursors of searches; of several processes the first makes it."""
    made = new_cursor_key()
    kept: Document | None = await database[META].find_one_and_update(
        _CURSOR_KEY,
        {"$setOnInsert": {"key": made}},
        upsert=True,
        return_document=ReturnDocument.AFTER,
    )
    return kept["key"] if kept else made


def _address(query: Query) -> Address:
    return query.tenant, query.ref.id
