"""The storage of resources and of their change feed in one SQLite file."""

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path

from resource_store.adapters.aes_gcm_cursors import new_cursor_key
from resource_store.adapters.sqlite import feed, snapshots
from resource_store.adapters.sqlite.async_requests import SqliteAsyncRequests
from resource_store.adapters.sqlite.batches import Batch
from resource_store.adapters.sqlite.brakes import SqliteBrakes
from resource_store.adapters.sqlite.deleted_resources import SqliteDeletedResources
from resource_store.adapters.sqlite.erasures import SqliteErasures
from resource_store.adapters.sqlite.purging import SqlitePurging
from resource_store.adapters.sqlite.reindexing import reindex
from resource_store.adapters.sqlite.rows import read_resource, read_stored
from resource_store.adapters.sqlite.searching import search_resources
from resource_store.adapters.sqlite.tables import MIGRATIONS
from resource_store.domain.changes import FeedEntry
from resource_store.domain.clock import HybridClock
from resource_store.domain.decisions import Outcome, Transition
from resource_store.domain.errors import StorageFailedError
from resource_store.domain.key_layouts import LayoutError
from resource_store.domain.resources import Ref, Resource, Stored, StoreIdentity
from resource_store.domain.snapshots import Tombstone, Whole
from resource_store.ports.resources import Found, Query, Search
from scim.registry import Registry
from scim.resource_type import ResourceType
from servicekit.failures import StorageError
from servicekit.restoring import note_restore
from servicekit.signals import News
from servicekit.sqlite import Database


class SqliteStorage:
    """Implements `Resources`, `ChangeFeed` and `Snapshots`; made by `open_storage`."""

    def __init__(
        self,
        database: Database,
        identity: StoreIdentity,
        *,
        cursor_key: bytes,
        clock: HybridClock,
        ending: asyncio.Event,
    ) -> None:
        self.identity = identity
        self.cursor_key = cursor_key
        self.deleted_resources = SqliteDeletedResources(database)
        self.erasures = SqliteErasures(database)
        self.brakes = SqliteBrakes(database)
        self.purging = SqlitePurging(database)
        self._database = database
        self._clock = clock
        self._ending = ending
        self._news = News()
        self.async_requests = SqliteAsyncRequests(database, clock, self._news)

    async def read(self, queries: Sequence[Query]) -> list[Resource | None]:
        """Return what each query asks for."""

        def look(connection: sqlite3.Connection) -> list[Resource | None]:
            return [
                read_resource(
                    connection,
                    query.tenant,
                    query.ref,
                    shown=query.shown,
                    resource_type=query.resource_type,
                )
                for query in queries
            ]

        return await self._database.read(look)

    async def read_stored(self, tenant: str, ref: Ref) -> Stored | None:
        """Return one resource as it is kept."""
        stored = await self._database.read(lambda c: read_stored(c, tenant, ref.id))
        return stored if stored and stored.resource.ref == ref else None

    async def write(self, transitions: Sequence[Transition]) -> list[Outcome | Exception]:
        """Carry out transitions, in parts of which each shares a commit with what else waits."""
        laned = [(each.tenant, each) for each in transitions]
        writing = asyncio.ensure_future(self._database.write_each(self._carry_out, laned))
        # Whoever waits for the feed hears of it even when whoever asked for it has gone.
        writing.add_done_callback(lambda _: self._news.publish())
        outcomes = await asyncio.shield(writing)
        for outcome in outcomes:
            if isinstance(outcome, StorageError):
                raise StorageFailedError(str(outcome)) from outcome
        return outcomes

    async def search(self, search: Search) -> Found:
        """Return a page of the matches."""
        return await self._database.read(lambda c: search_resources(c, search))

    async def changes_after(
        self, position: int, *, limit: int, wait_seconds: float
    ) -> Sequence[FeedEntry]:
        """Return changes after a position; waiting ends with the service."""
        loop = asyncio.get_running_loop()
        ends = loop.time() + wait_seconds
        while True:
            edition = self._news.edition
            entries = await self._database.read(
                lambda c: feed.entries_after(c, position, limit=limit)
            )
            remaining = ends - loop.time()
            if entries or remaining <= 0 or self._ending.is_set():
                return entries
            await self._news.wait_past(edition, seconds=remaining)

    async def end(self) -> int:
        """Return the position of the last change."""
        return await self._database.read(feed.end)

    async def resources_after(
        self, tenant: str, resource_type: ResourceType, after: str, *, limit: int
    ) -> Sequence[Whole]:
        """Return the resources of a type after an id."""
        place = Ref(resource_type.name, after)
        return await self._database.read(
            lambda c: snapshots.resources_after(c, tenant, place, limit=limit)
        )

    async def tombstones_after(self, tenant: str, after: str, *, limit: int) -> Sequence[Tombstone]:
        """Return the tombstones after an id."""
        return await self._database.read(
            lambda c: snapshots.tombstones_after(c, tenant, after, limit=limit)
        )

    async def count(self, tenant: str) -> int:
        """Return how many resources and tombstones there are."""
        return await self._database.read(lambda c: snapshots.count(c, tenant))

    async def end_waiting(self) -> None:
        """Wait for the service's end, then let no reader of the feed wait any more."""
        await self._ending.wait()
        self._news.publish()

    async def works(self) -> bool:
        """Whether the database can be read."""
        try:
            await self._database.read(lambda c: c.execute("SELECT 1 FROM meta").fetchone())
        except sqlite3.Error:
            return False
        return True

    async def close(self) -> None:
        """Finish the writes that wait, and close the file."""
        await self._database.close()

    def _carry_out(
        self, connection: sqlite3.Connection, transitions: Sequence[Transition]
    ) -> list[Outcome | Exception]:
        return Batch(connection, self._clock).outcomes(transitions)


async def open_storage(
    path: Path,
    registry: Registry,
    *,
    newborn: StoreIdentity,
    restore_id: str,
    now: Callable[[], int],
    ending: asyncio.Event,
) -> SqliteStorage:
    """Open or make the file; a new one takes the identity of `newborn`.

    One that was restored, which is known by a new `restore_id`, takes the epoch. Raises
    `StartError` when the file cannot be used, and `LayoutError` when what it holds is at odds with
    the registry.
    """
    database = Database(path, MIGRATIONS)
    try:
        await database.write(lambda connection: reindex(connection, registry))
    except LayoutError:
        await database.close()
        raise
    identity = await database.write(
        lambda connection: _identity(connection, newborn, restore_id=restore_id)
    )
    cursor_key = await database.write(_cursor_key)
    last = await database.read(feed.last_clock)
    clock = HybridClock(identity.cluster, now=now, last=last)
    return SqliteStorage(database, identity, cursor_key=cursor_key, clock=clock, ending=ending)


def _identity(
    connection: sqlite3.Connection, newborn: StoreIdentity, *, restore_id: str
) -> StoreIdentity:
    connection.executemany(
        "INSERT OR IGNORE INTO meta (name, value) VALUES (?, ?)",
        [("cluster", newborn.cluster), ("epoch", newborn.epoch)],
    )
    if note_restore(connection, restore_id):
        connection.execute("UPDATE meta SET value = ? WHERE name = 'epoch'", (newborn.epoch,))
    kept = dict(connection.execute("SELECT name, value FROM meta"))
    return StoreIdentity(kept["cluster"], kept["epoch"])


def _cursor_key(connection: sqlite3.Connection) -> bytes:
    """Return the key of the cursors of searches, which the first start makes."""
    connection.execute(
        "INSERT OR IGNORE INTO meta (name, value) VALUES ('cursor_key', ?)",
        (new_cursor_key().hex(),),
    )
    (kept,) = connection.execute("SELECT value FROM meta WHERE name = 'cursor_key'").fetchone()
    return bytes.fromhex(kept)
