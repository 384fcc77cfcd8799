"""The store, put together."""

import asyncio
import base64
import secrets
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final

from resource_store.adapters.argon2_passwords import Argon2Passwords
from resource_store.adapters.sqlite.storage import SqliteStorage, open_storage
from resource_store.commands.apply_changes import ApplyChanges
from resource_store.commands.password_hashes import PasswordHashes
from resource_store.commands.read_changes import ReadChanges
from resource_store.commands.read_resources import ReadResources
from resource_store.commands.resource_types import ResourceTypes
from resource_store.commands.search_resources import SearchResources
from resource_store.commands.write_resources import WriteResources
from resource_store.domain.resources import StoreIdentity
from resource_store.entrypoints.change_servicer import ChangeServicer
from resource_store.entrypoints.registration import registered
from resource_store.entrypoints.resource_servicer import ResourceServicer
from resource_store.entrypoints.schema_servicer import SchemaServicer
from resource_store.entrypoints.statuses import STATUSES
from resource_store.ports.passwords import Passwords
from resource_store.settings import Settings
from scim.registry import standard_registry
from servicekit.grpc_server import GrpcFace
from servicekit.http import create_app
from servicekit.runtime import Service

NAME: Final = "resource-store"


@asynccontextmanager
async def build(settings: Settings, ending: asyncio.Event) -> AsyncIterator[Service]:
    """Open the database, and close it after the last request."""
    passwords = Argon2Passwords(threads=settings.password_threads)
    storage = await open_storage(
        settings.database_path(NAME),
        newborn=StoreIdentity(cluster=_random_name(5), epoch=_random_name(10)),
        now=lambda: time.time_ns() // 1000,
        ending=ending,
    )
    try:
        yield _service(settings, storage, passwords)
    finally:
        await storage.close()
        passwords.close()


def _service(settings: Settings, storage: SqliteStorage, passwords: Passwords) -> Service:
    async def checks() -> dict[str, bool]:
        return {"store": await storage.works()}

    return Service(
        http=create_app(NAME, own_store_works=checks),
        grpc=_grpc_face(settings, storage, passwords),
        loops={"end-waiting": _once(storage.end_waiting)},
    )


def _grpc_face(settings: Settings, storage: SqliteStorage, passwords: Passwords) -> GrpcFace:
    registry = standard_registry()
    types = ResourceTypes(registry)
    hashes = PasswordHashes(storage, passwords)
    resources = ResourceServicer(
        read=ReadResources(storage),
        write=WriteResources(storage, types, hashes, new_id=lambda: str(uuid.uuid4())),
        search=SearchResources(storage, types),
    )
    changes = ChangeServicer(
        read=ReadChanges(storage, storage.identity.epoch),
        apply=ApplyChanges(storage, types, hashes),
    )
    return GrpcFace(
        endpoint=settings.own_endpoint(NAME),
        register=registered(resources, changes, SchemaServicer(registry)),
        statuses=STATUSES,
    )


def _once(action: Callable[[], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
    """Return a loop that does one thing, and then waits to be cancelled with the service."""

    async def loop() -> None:
        await action()
        await asyncio.Event().wait()

    return loop


def _random_name(size: int) -> str:
    """Return that many random bytes, a multiple of 5, in lower-case base32."""
    return base64.b32encode(secrets.token_bytes(size)).decode().lower()
