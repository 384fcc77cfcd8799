"""Wires the registrar: the one place where adapters and entrypoints meet."""

import asyncio
import base64
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial

from fastapi import APIRouter, FastAPI

from scim.definition_errors import DefinitionError
from scim.registry import registry_of
from servicekit.bearer import BearerTokens, Grant, token_hash
from servicekit.failures import RemoteUnavailableError, StorageError, refusing_to_start
from servicekit.http import create_app
from servicekit.runtime import Service
from servicekit.stores import MongoUrl
from servicekit.token_uses import Record, TokenUses, tell_of_uses
from ssf_registrar.adapters.hosts import SystemHosts
from ssf_registrar.adapters.sqlite.storage import open_sqlite_storage
from ssf_registrar.adapters.storage import Storage
from ssf_registrar.commands.change_stream import ChangeStream
from ssf_registrar.commands.change_tenant import ChangeTenant
from ssf_registrar.commands.check_outbound import CheckOutbound
from ssf_registrar.commands.create_stream import CreateStream
from ssf_registrar.commands.create_tenant import CreateTenant
from ssf_registrar.commands.ensure_keys import EnsureKeys
from ssf_registrar.commands.manage_tokens import ManageTokens
from ssf_registrar.commands.own_streams import OwnStreams
from ssf_registrar.commands.request_verification import RequestVerification
from ssf_registrar.commands.rotate_keys import RotateKeys
from ssf_registrar.commands.set_feed import SetFeed
from ssf_registrar.domain.api_tokens import FreshToken
from ssf_registrar.domain.configuration import Origins
from ssf_registrar.domain.creation import Fresh
from ssf_registrar.domain.endpoints import EndpointPolicy
from ssf_registrar.domain.tokens import DEFAULT_TENANT, admin_token
from ssf_registrar.entrypoints import http_errors
from ssf_registrar.entrypoints.admin_callers import AdminCallers
from ssf_registrar.entrypoints.callers import Callers
from ssf_registrar.entrypoints.grpc_face import grpc_face
from ssf_registrar.entrypoints.key_loop import KeyLoop
from ssf_registrar.entrypoints.key_routes import KeyRoutes, KeySwitchLoop
from ssf_registrar.entrypoints.key_service import KeyServicer
from ssf_registrar.entrypoints.management import StreamManagement
from ssf_registrar.entrypoints.metadata import Metadata
from ssf_registrar.entrypoints.stream_service import StreamServicer
from ssf_registrar.entrypoints.tenant_routes import TenantRoutes
from ssf_registrar.entrypoints.tenant_service import TenantServicer
from ssf_registrar.entrypoints.token_loop import TokenLoop
from ssf_registrar.entrypoints.token_routes import TokenRoutes
from ssf_registrar.entrypoints.token_service import TokenServicer
from ssf_registrar.ports.tokens import Tokens
from ssf_registrar.settings import Settings

_NAME = "ssf-registrar"


@asynccontextmanager
async def build(settings: Settings, ending: asyncio.Event) -> AsyncIterator[Service]:
    """Open the storage, make what a first start makes, and hand out the service."""
    with refusing_to_start(DefinitionError):
        set_feed = SetFeed(registry_of(settings.schemas).resource_types)
    async with open_storage(settings, ending) as storage:
        await _prepare(settings, storage)
        yield _service(settings, storage, set_feed, ending)


def open_storage(settings: Settings, ending: asyncio.Event) -> AbstractAsyncContextManager[Storage]:
    """Return the storage that the settings name, to be opened. Raises `StartError`."""
    given_key = settings.master_key.get_secret_value() if settings.master_key else None
    location = settings.location()
    if isinstance(location, MongoUrl):
        # The embedded store's start is not to pay for the driver.
        from ssf_registrar.adapters.mongo.storage import open_mongo_storage  # noqa: PLC0415

        return open_mongo_storage(
            location.url,
            given_key=given_key,
            restore_id=settings.last_restore(),
            ending=ending,
        )
    return open_sqlite_storage(
        location.file_of(_NAME),
        given_key=given_key,
        key_path=settings.data / "secrets" / "master-key",
        restore_id=settings.last_restore(),
        ending=ending,
    )


async def _prepare(settings: Settings, storage: Storage) -> None:
    await EnsureKeys(storage.keys)(DEFAULT_TENANT)
    if settings.admin_token is not None:
        hashed = token_hash(settings.admin_token.get_secret_value())
        await storage.tokens.replace(admin_token(hashed, created=int(time.time())))


def _service(
    settings: Settings, storage: Storage, set_feed: SetFeed, ending: asyncio.Event
) -> Service:
    origins = Origins(
        issuer=settings.origin_of(_NAME),
        transmitter=settings.origin_of("set-transmitter"),
        receiver=settings.origin_of("set-receiver"),
    )

    uses = TokenUses()
    tokens = BearerTokens(_look_up(storage.tokens), clock=time.time, uses=uses)
    check_outbound = _check_outbound(settings)
    rotate_keys = RotateKeys(storage.keys, time.time)
    change_tenant = ChangeTenant(storage.tenants, check_outbound)

    async def wake_readers_at_end() -> None:
        await ending.wait()
        storage.news.publish()

    return Service(
        http=_http(
            storage,
            Metadata(origins.issuer, storage.keys),
            _management(storage, check_outbound, origins, set_feed, Callers(tokens)),
            _admin(storage, change_tenant, rotate_keys, origins.issuer, AdminCallers(tokens)),
        ),
        grpc=grpc_face(
            settings.own_endpoint(_NAME),
            StreamServicer(
                storage.streams,
                storage.journal,
                origins,
                activity=storage.activity,
                clock=_microseconds,
            ),
            KeyServicer(storage.keys, origins.issuer),
            tokens=TokenServicer(storage.tokens, time.time),
            tenants=TenantServicer(storage.tenants, change_tenant),
        ),
        loops={
            **storage.loops,
            "keys.switch": KeySwitchLoop(rotate_keys, storage.news).run,
            "journal.end": wake_readers_at_end,
            "keys": KeyLoop(EnsureKeys(storage.keys), storage.tenants).run,
            "tokens.forget": TokenLoop(storage.streams, storage.journal, tokens).run,
            "tokens.uses": partial(tell_of_uses, uses, _record_uses(storage.tokens)),
        },
    )


def _http(
    storage: Storage, metadata: Metadata, management: StreamManagement, admin: APIRouter
) -> FastAPI:
    async def own_store_works() -> dict[str, bool]:
        return {"store": await storage.works()}

    app = create_app(_NAME, own_store_works=own_store_works)
    http_errors.register(app)
    metadata.register(app)
    management.register(app)
    app.include_router(admin)
    return app


def _check_outbound(settings: Settings) -> CheckOutbound:
    policy = EndpointPolicy(
        allow_private=settings.allow_private_endpoints, allow_loopback=settings.listens_on_loopback
    )
    return CheckOutbound(SystemHosts(), policy)


def _management(
    storage: Storage,
    check_outbound: CheckOutbound,
    origins: Origins,
    set_feed: SetFeed,
    callers: Callers,
) -> StreamManagement:
    own_streams = OwnStreams(storage.streams)
    return StreamManagement(
        callers=callers,
        own_streams=own_streams,
        create_stream=CreateStream(
            storage.streams, check_outbound, origins.issuer, _fresh, set_feed
        ),
        change_stream=ChangeStream(
            storage.streams, check_outbound, origins, _fresh_header, set_feed
        ),
        request_verification=RequestVerification(
            own_streams, storage.activity, lambda: secrets.token_hex(16), _microseconds
        ),
        activity=storage.activity,
        origins=origins,
    )


def _admin(
    storage: Storage,
    change_tenant: ChangeTenant,
    rotate_keys: RotateKeys,
    public_issuer: str,
    callers: AdminCallers,
) -> APIRouter:
    router = APIRouter(prefix="/admin/v1", tags=["admin"])
    create_tenant = CreateTenant(storage.tenants, change_tenant.check_outbound, _microseconds)
    TenantRoutes(callers, storage.tenants, create_tenant, change_tenant, public_issuer).add_to(
        router
    )
    manage_tokens = ManageTokens(storage.tokens, _fresh_token, time.time)
    KeyRoutes(callers, rotate_keys).add_to(router)
    TokenRoutes(callers, change_tenant, manage_tokens).add_to(router)
    return router


def _look_up(tokens: Tokens) -> Callable[[bytes], Awaitable[Grant | None]]:
    """Return how the registrar's own door knows tokens: from its own storage."""

    async def look_up(hashed: bytes) -> Grant | None:
        token = await tokens.look_up(hashed)
        if token is None:
            return None
        return Grant(token.tenant, token.subject, token.scopes, token.expires)

    return look_up


def _record_uses(tokens: Tokens) -> Record:
    """Return how the registrar's own door tells of uses: to its own storage."""

    async def record(uses: Mapping[bytes, int]) -> None:
        try:
            await tokens.record_uses(uses)
        except StorageError as error:
            raise RemoteUnavailableError("UNAVAILABLE", str(error)) from None

    return record


def _fresh() -> Fresh:
    return Fresh(
        stream_id=base64.b32encode(secrets.token_bytes(8)).decode()[:12].lower(),
        created=_microseconds(),
        authorization_header=_fresh_header(),
    )


def _fresh_token() -> FreshToken:
    # the prefix lets people and scanners know what they have found
    secret = f"heliograph_{secrets.token_hex(32)}"
    return FreshToken(secret, token_hash(secret))


def _microseconds() -> int:
    return time.time_ns() // 1000


def _fresh_header() -> str:
    return f"Bearer {secrets.token_urlsafe(32)}"
