"""The store, put together."""

import asyncio
import base64
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final

from resource_store.adapters.aes_gcm_cursors import AesGcmCursors
from resource_store.adapters.argon2_passwords import Argon2Passwords
from resource_store.adapters.sqlite.storage import open_storage
from resource_store.commands.apply_changes import ApplyChanges
from resource_store.commands.erase_resource import EraseResource
from resource_store.commands.keep_brakes import KeepBrakes
from resource_store.commands.keep_requests import KeepRequests
from resource_store.commands.password_hashes import PasswordHashes
from resource_store.commands.purge_deleted import PurgeDeleted
from resource_store.commands.purge_tenant import PurgeTenant
from resource_store.commands.read_changes import ReadChanges
from resource_store.commands.read_resources import ReadResources
from resource_store.commands.read_snapshot import ReadSnapshot
from resource_store.commands.record_erasure import RecordErasure
from resource_store.commands.resource_types import ResourceTypes
from resource_store.commands.search_resources import SearchResources
from resource_store.commands.walks import Walks
from resource_store.commands.write_resources import WriteResources
from resource_store.domain.identifiers import new_id
from resource_store.domain.key_layouts import LayoutError
from resource_store.domain.own_indexes import IndexedPathError, with_indexes
from resource_store.domain.resources import StoreIdentity
from resource_store.entrypoints.async_servicer import AsyncServicer
from resource_store.entrypoints.brake_measures import show_brakes
from resource_store.entrypoints.brake_servicer import BrakeServicer
from resource_store.entrypoints.change_servicer import ChangeServicer
from resource_store.entrypoints.forgetting import Forgetting
from resource_store.entrypoints.lifecycle_servicer import LifecycleServicer
from resource_store.entrypoints.purge_loop import PurgeLoop
from resource_store.entrypoints.purge_servicer import PurgeServicer
from resource_store.entrypoints.registration import registered
from resource_store.entrypoints.resource_servicer import ResourceServicer
from resource_store.entrypoints.schema_servicer import SchemaServicer
from resource_store.entrypoints.statuses import STATUSES
from resource_store.ports.async_requests import AsyncRequests
from resource_store.ports.brakes import Brakes
from resource_store.ports.deleted_resources import DeletedResources
from resource_store.ports.erasures import Erasures
from resource_store.ports.passwords import Passwords
from resource_store.ports.purging import Purging
from resource_store.ports.resources import ChangeFeed, Resources, Snapshots
from resource_store.settings import Settings
from scim.definition_errors import DefinitionError
from scim.registry import Registry, registry_of
from servicekit.failures import refusing_to_start
from servicekit.grpc_server import GrpcFace
from servicekit.http import create_app
from servicekit.leases import Leases, lead
from servicekit.lone_leases import LoneLeases
from servicekit.runtime import Service
from servicekit.stores import MongoUrl, SqliteFolder

NAME: Final = "resource-store"
_LEASE_SECONDS: Final = 6.0
_PURGE_LEASE: Final = "purge"


Loops = dict[str, Callable[[], Awaitable[None]]]


@dataclass(frozen=True, slots=True)
class _Store:
    """Where resources and their changes are kept, whichever database that is."""

    resources: Resources
    deleted: DeletedResources
    erasures: Erasures
    snapshots: Snapshots
    feed: ChangeFeed
    brakes: Brakes
    requests: AsyncRequests
    purging: Purging
    leases: Leases
    cursor_key: bytes = field(repr=False)
    works: Callable[[], Awaitable[bool]]
    loops: Loops


@asynccontextmanager
async def build(settings: Settings, ending: asyncio.Event) -> AsyncIterator[Service]:
    """Open the database, and close it after the last request."""
    with refusing_to_start(DefinitionError), refusing_to_start(IndexedPathError):
        registry = with_indexes(registry_of(settings.schemas), settings.indexed_paths())
    passwords = Argon2Passwords(threads=settings.password_threads)
    try:
        with refusing_to_start(LayoutError):
            async with _opened(settings, registry, ending) as store:
                yield _service(settings, registry, store, passwords)
    finally:
        passwords.close()


def _opened(
    settings: Settings, registry: Registry, ending: asyncio.Event
) -> AbstractAsyncContextManager[_Store]:
    newborn = StoreIdentity(cluster=_random_name(5), epoch=_random_name(10))
    restore_id = settings.last_restore()
    match settings.location():
        case SqliteFolder() as location:
            return _on_sqlite(location.file_of(NAME), registry, newborn, restore_id, ending)
        case MongoUrl(url):
            return _on_mongo(url, registry, newborn, restore_id, ending)


@asynccontextmanager
async def _on_sqlite(
    path: Path, registry: Registry, newborn: StoreIdentity, restore_id: str, ending: asyncio.Event
) -> AsyncIterator[_Store]:
    storage = await open_storage(
        path, registry, newborn=newborn, restore_id=restore_id, now=_now, ending=ending
    )
    try:
        loops: Loops = {"end-waiting": _once(storage.end_waiting)}
        deleted = storage.deleted_resources
        loops["purge"] = PurgeLoop(PurgeDeleted(deleted, _now)).run
        yield _Store(
            resources=storage,
            deleted=deleted,
            erasures=storage.erasures,
            snapshots=storage,
            feed=storage,
            brakes=storage.brakes,
            requests=storage.async_requests,
            purging=storage.purging,
            leases=LoneLeases(),
            cursor_key=storage.cursor_key,
            works=storage.works,
            loops=loops,
        )
    finally:
        await storage.close()


@asynccontextmanager
async def _on_mongo(
    url: str, registry: Registry, newborn: StoreIdentity, restore_id: str, ending: asyncio.Event
) -> AsyncIterator[_Store]:
    # Here, as importing pymongo must not cost the embedded store's start.
    from resource_store.adapters.mongo import storage as mongo  # noqa: PLC0415
    from resource_store.adapters.mongo.collections import MIGRATIONS  # noqa: PLC0415
    from resource_store.adapters.mongo.feed_reader import MongoFeed  # noqa: PLC0415
    from resource_store.adapters.mongo.sequencer import LEASE, Sequencer  # noqa: PLC0415
    from servicekit.mongo import open_mongo  # noqa: PLC0415
    from servicekit.mongo_leases import MongoLeases  # noqa: PLC0415

    async with (
        open_mongo(url, NAME, MIGRATIONS) as database,
        mongo.open_storage(
            database, registry, newborn=newborn, restore_id=restore_id, now=_now
        ) as storage,
    ):
        feed, leases = MongoFeed(database, ending=ending), MongoLeases(database)
        deleted = storage.deleted_resources
        purge = PurgeLoop(PurgeDeleted(deleted, _now)).run
        led = partial(lead, leases, holder=_random_name(10), seconds=_LEASE_SECONDS)
        loops: Loops = {
            "end-waiting": _once(feed.end_waiting),
            "listen": feed.listen,
            "sequence": partial(led, LEASE, work=Sequencer(database, leases).run),
            "purge": partial(led, _PURGE_LEASE, work=purge),
        }
        yield _Store(
            resources=storage,
            deleted=deleted,
            erasures=storage.erasures,
            snapshots=storage,
            feed=feed,
            brakes=storage.brakes,
            requests=storage.async_requests,
            purging=storage.purging,
            leases=leases,
            cursor_key=storage.cursor_key,
            works=storage.works,
            loops=loops,
        )


def _service(
    settings: Settings, registry: Registry, store: _Store, passwords: Passwords
) -> Service:
    async def checks() -> dict[str, bool]:
        return {"store": await store.works()}

    keep_requests = KeepRequests(store.requests, _now)
    return Service(
        http=create_app(NAME, own_store_works=checks),
        grpc=_grpc_face(settings, registry, store, passwords, keep_requests),
        loops={
            **store.loops,
            "brakes": partial(show_brakes, store.brakes),
            "forget": Forgetting(keep_requests).run,
        },
    )


def _grpc_face(
    settings: Settings,
    registry: Registry,
    store: _Store,
    passwords: Passwords,
    keep_requests: KeepRequests,
) -> GrpcFace:
    types = ResourceTypes(registry)
    storage = store.resources
    hashes = PasswordHashes(storage, passwords)
    write = WriteResources(
        storage,
        types,
        hashes,
        store.deleted,
        new_id=partial(new_id, _now),
        retention_days=settings.scim_retention_days,
    )
    resources = ResourceServicer(
        read=ReadResources(storage, types),
        write=write,
        search=SearchResources(storage, types, Walks(AesGcmCursors(store.cursor_key), _now)),
    )
    changes = ChangeServicer(
        cluster=storage.identity.cluster,
        read=ReadChanges(store.feed, storage.identity.epoch),
        read_snapshot=ReadSnapshot(
            feed=store.feed,
            snapshots=store.snapshots,
            resource_types=types,
            epoch=storage.identity.epoch,
            cluster=storage.identity.cluster,
        ),
        apply=ApplyChanges(storage, types, hashes, settings.scim_retention_days),
    )
    return GrpcFace(
        endpoint=settings.own_endpoint(NAME),
        register=registered(
            resources,
            changes,
            SchemaServicer(registry),
            _lifecycle(store, types),
            BrakeServicer(KeepBrakes(store.brakes, write, _now)),
            AsyncServicer(write, keep_requests, store.leases),
            PurgeServicer(PurgeTenant(store.purging)),
        ),
        statuses=STATUSES,
    )


def _lifecycle(store: _Store, types: ResourceTypes) -> LifecycleServicer:
    return LifecycleServicer(
        deleted=store.deleted,
        erasures=store.erasures,
        erase=EraseResource(store.resources, types, store.erasures, _now),
        record=RecordErasure(store.erasures, _now),
    )


def _now() -> int:
    return time.time_ns() // 1000


def _once(action: Callable[[], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
    """Return a loop that does one thing, and then waits to be cancelled with the service."""

    async def loop() -> None:
        await action()
        await asyncio.Event().wait()

    return loop


def _random_name(size: int) -> str:
    """Return that many random bytes, a multiple of 5, in lower-case base32."""
    return base64.b32encode(secrets.token_bytes(size)).decode().lower()
