"""Wires the gateway."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Final
from uuid import uuid4

import grpc

from scim.definition_errors import DefinitionError
from scim.registry import Registry, registry_of
from scim.schema import ResourceType
from scim_gateway.adapters.health import is_serving
from scim_gateway.adapters.registrar import GrpcTokenJournal, GrpcTokens
from scim_gateway.adapters.registrar_tenants import RegistrarTenants
from scim_gateway.adapters.resource_store import GrpcResourceStore
from scim_gateway.adapters.schemas import GrpcSchemas
from scim_gateway.adapters.sqlite.request_log import open_sqlite
from scim_gateway.adapters.store_purge import GrpcStorePurge
from scim_gateway.adapters.tenant_journal import GrpcTenantJournal
from scim_gateway.commands.carry_out_bulk import CarryOutBulk
from scim_gateway.commands.discover import Discover
from scim_gateway.commands.read_resource import ReadResource
from scim_gateway.commands.search_resources import SearchResources
from scim_gateway.commands.write_resource import WriteResource
from scim_gateway.domain.bulk_requests import BulkRequests
from scim_gateway.domain.paging import PageSizes
from scim_gateway.domain.rates import Rate
from scim_gateway.domain.representations import Representations
from scim_gateway.domain.secret_names import SecretNames
from scim_gateway.domain.service_provider_config import BulkLimits
from scim_gateway.entrypoints.authentication import Authentication
from scim_gateway.entrypoints.brake import Brake
from scim_gateway.entrypoints.bulk import BulkEndpoint
from scim_gateway.entrypoints.discovery import DiscoveryEndpoints
from scim_gateway.entrypoints.errors import answer_internal_error
from scim_gateway.entrypoints.exchange_queue import ExchangeQueue
from scim_gateway.entrypoints.request_log_loop import RequestLogLoop, Retention
from scim_gateway.entrypoints.request_log_purge import RequestLogPurge
from scim_gateway.entrypoints.request_recorder import RequestRecorder
from scim_gateway.entrypoints.request_routes import RequestRoutes
from scim_gateway.entrypoints.resources import ResourceEndpoints
from scim_gateway.entrypoints.routes import BASE_PATH, TypeEndpoints, scim_routes
from scim_gateway.entrypoints.searches import SearchEndpoints
from scim_gateway.entrypoints.tenant_news import TenantNews
from scim_gateway.entrypoints.token_loop import TokenLoop
from scim_gateway.ports.request_log import RequestLog
from scim_gateway.settings import Settings
from servicekit.bearer import BearerTokens
from servicekit.channels import open_channel
from servicekit.failures import refusing_to_start
from servicekit.http import NamedRoute, Readiness, create_app
from servicekit.purging import Purge, PurgeLoop, Quiet, close_nothing
from servicekit.runtime import Service
from servicekit.signals import News
from servicekit.stores import SqliteFolder

NAME = "scim-gateway"
REQUEST_LOG_FILE: Final = "requests.db"


@asynccontextmanager
async def build(settings: Settings, _ending: asyncio.Event) -> AsyncIterator[Service]:
    """Open the channels, and close them at the end."""
    with refusing_to_start(DefinitionError):
        registry = registry_of(settings.schemas)
    async with (
        open_channel(settings.peer("resource-store", NAME)) as store,
        open_channel(settings.peer("ssf-registrar", NAME)) as registrar,
    ):
        tokens = BearerTokens(
            GrpcTokens(registrar, patience=settings.scim_patience_seconds).look_up, clock=time.time
        )
        app = create_app(NAME, own_store_works=_peers(store, registrar))
        app.add_exception_handler(Exception, answer_internal_error)
        authentication = Authentication(tokens, _brake(settings))
        request_log = _request_log(settings, registry)
        recorder = RequestRecorder(settings.scim_request_log, request_log.queue)
        # Before the routes that servicekit made, since these are the hot ones.
        app.router.routes[:0] = _routes(settings, registry, store, authentication, recorder)
        is_off = settings.scim_request_log == "off"
        RequestRoutes(tokens, lambda: request_log.log, is_off=is_off).add_to(app)
        loops: dict[str, Callable[[], Awaitable[None]]] = {
            "tokens": TokenLoop(GrpcTokenJournal(registrar), tokens).run
        }
        if not is_off:
            loops["requests"] = request_log.run
        loops |= _purging(settings, request_log, store, registrar)
        yield Service(http=app, loops=loops)


def _purging(
    settings: Settings,
    request_log: RequestLogLoop,
    store: grpc.aio.Channel,
    registrar: grpc.aio.Channel,
) -> dict[str, Callable[[], Awaitable[None]]]:
    """Return the loops that purge tenants, of the store as well, which calls nobody."""
    purge_log = RequestLogPurge(
        lambda: request_log.log, request_log.open, is_off=settings.scim_request_log == "off"
    )
    # What was let in before is answered by then.
    seconds = settings.scim_patience_seconds
    news = News()
    purges: dict[str, Purge] = {
        "resource-store": GrpcStorePurge(store),
        NAME: Quiet(purge_log, seconds=seconds, clock=time.monotonic),
    }
    purge = PurgeLoop(RegistrarTenants(registrar), close_nothing, purges, news)
    return {
        "tenants": TenantNews(GrpcTenantJournal(registrar), news).run,
        "purge": purge.run,
    }


def _request_log(settings: Settings, registry: Registry) -> RequestLogLoop:
    return RequestLogLoop(
        ExchangeQueue(),
        SecretNames(registry),
        partial(_open_request_log, settings),
        Retention(settings.scim_request_log_days, settings.scim_request_log_megabytes * 1_000_000),
    )


@asynccontextmanager
async def _open_request_log(settings: Settings) -> AsyncIterator[RequestLog]:
    location = settings.location()
    if isinstance(location, SqliteFolder):
        async with open_sqlite(location.folder / REQUEST_LOG_FILE) as log:
            yield log
        return
    # Importing pymongo takes time and memory that the embedded store does not need.
    from scim_gateway.adapters.mongo.request_log import open_mongo_log  # noqa: PLC0415

    async with open_mongo_log(location.url, NAME, days=settings.scim_request_log_days) as mongo_log:
        yield mongo_log


def _routes(
    settings: Settings,
    registry: Registry,
    channel: grpc.aio.Channel,
    authentication: Authentication,
    recorder: RequestRecorder,
) -> list[NamedRoute]:
    base_uri = settings.origin_of(NAME) + BASE_PATH
    page_sizes = PageSizes(settings.scim_max_page_size)
    strict = settings.scim_profile == "strict"
    patience = settings.scim_patience_seconds
    store = GrpcResourceStore(channel, patience=patience)
    representations = Representations(base_uri, registry)
    search_resources = SearchResources(
        store, representations, strict=strict, cursor_seconds=settings.scim_cursor_seconds
    )

    def searches(*resource_types: ResourceType) -> SearchEndpoints:
        return SearchEndpoints(
            resource_types,
            authentication,
            search_resources,
            settings.scim_max_body_bytes,
            page_sizes,
        )

    def resources(resource_type: ResourceType) -> ResourceEndpoints:
        return ResourceEndpoints(
            resource_type,
            authentication,
            ReadResource(store, representations),
            WriteResource(store, representations, strict=strict),
            new_txn=_new_txn,
            max_body_bytes=settings.scim_max_body_bytes,
        )

    bulk = BulkLimits(settings.scim_bulk_max_operations, settings.scim_max_body_bytes)
    return scim_routes(
        [TypeEndpoints(resources(known), searches(known)) for known in registry.resource_types],
        base=searches(*registry.resource_types),
        bulk=BulkEndpoint(
            authentication,
            BulkRequests(registry, bulk),
            CarryOutBulk(store, representations, strict=strict),
            new_txn=_new_txn,
        ),
        discovery=DiscoveryEndpoints(
            Discover(GrpcSchemas(channel, patience=patience), base_uri),
            bulk,
            page_sizes,
            settings.scim_cursor_seconds,
        ),
        authentication=authentication,
        recorder=recorder,
    )


def _brake(settings: Settings) -> Brake | None:
    if not settings.scim_rate_per_second:
        return None
    rate = Rate(settings.scim_rate_per_second, settings.scim_rate_burst)
    return Brake(rate, clock=time.monotonic)


def _new_txn() -> str:
    return uuid4().hex


def _peers(store: grpc.aio.Channel, registrar: grpc.aio.Channel) -> Readiness:
    """Report the peers: the gateway has no store of its own that could be unready."""

    async def check() -> dict[str, bool]:
        store_serves, registrar_serves = await asyncio.gather(
            is_serving(store), is_serving(registrar)
        )
        return {"resource-store": store_serves, "ssf-registrar": registrar_serves}

    return check
