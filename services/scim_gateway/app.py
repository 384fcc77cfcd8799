"""Wires the gateway."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Final
from uuid import uuid4

import aiohttp
import grpc
from starlette.routing import BaseRoute

from scim.definition_errors import DefinitionError
from scim.profile import PROFILES
from scim.registry import Registry, registry_of
from scim.schema import ResourceType
from scim_gateway.adapters.async_requests import GrpcAsyncRequests, GrpcTurns
from scim_gateway.adapters.brakes import GrpcBrakes
from scim_gateway.adapters.completion_sets import GrpcCompletionSets
from scim_gateway.adapters.health import is_serving
from scim_gateway.adapters.issuer_keys import HttpIssuerKeys
from scim_gateway.adapters.lifecycle import GrpcLifecycle
from scim_gateway.adapters.registrar import GrpcJournal, GrpcTokens
from scim_gateway.adapters.registrar_tenants import RegistrarTenants
from scim_gateway.adapters.resource_store import GrpcResourceStore
from scim_gateway.adapters.schemas import GrpcSchemas
from scim_gateway.adapters.sqlite.request_log import open_sqlite
from scim_gateway.adapters.store_purge import GrpcStorePurge
from scim_gateway.adapters.tenants import GrpcTenants
from scim_gateway.commands.carry_out_bulk import CarryOutBulk
from scim_gateway.commands.carry_out_request import CarryOutRequest
from scim_gateway.commands.discover import Discover
from scim_gateway.commands.erase_person import ErasePerson, Forget
from scim_gateway.commands.find_me import USER, FindMe
from scim_gateway.commands.promise_answer import PromiseAnswer
from scim_gateway.commands.read_resource import ReadResource
from scim_gateway.commands.restore_resource import RestoreResource
from scim_gateway.commands.search_resources import SearchResources
from scim_gateway.commands.verify_jwt import VerifyJwt
from scim_gateway.commands.write_resource import WriteResource
from scim_gateway.domain.base_uris import places, representations_below
from scim_gateway.domain.brakes import DeletionLimit
from scim_gateway.domain.bulk_requests import BulkRequests
from scim_gateway.domain.paging import PageSizes
from scim_gateway.domain.policies import Lifecycle, Policy
from scim_gateway.domain.rates import Rate
from scim_gateway.domain.secret_names import SecretNames
from scim_gateway.domain.service_provider_config import BulkLimits
from scim_gateway.entrypoints.administration import Administrators, answer_refusals
from scim_gateway.entrypoints.async_loop import AsyncLoop
from scim_gateway.entrypoints.async_requests import AsyncRequestEndpoint
from scim_gateway.entrypoints.authentication import Authentication
from scim_gateway.entrypoints.brake_routes import BrakeRoutes
from scim_gateway.entrypoints.bulk import BulkEndpoint
from scim_gateway.entrypoints.discovery import DiscoveryEndpoints
from scim_gateway.entrypoints.early_answers import EarlyAnswers
from scim_gateway.entrypoints.errors import answer_internal_error
from scim_gateway.entrypoints.exchange_queue import ExchangeQueue
from scim_gateway.entrypoints.journal_loop import JournalLoop
from scim_gateway.entrypoints.jwt_tokens import JwtTokens
from scim_gateway.entrypoints.lifecycle_routes import LifecycleRoutes
from scim_gateway.entrypoints.me import MeEndpoint
from scim_gateway.entrypoints.rate_limit import RateLimit
from scim_gateway.entrypoints.request_log_loop import RequestLogLoop, Retention
from scim_gateway.entrypoints.request_log_purge import RequestLogPurge
from scim_gateway.entrypoints.request_recorder import RequestRecorder
from scim_gateway.entrypoints.request_routes import RequestRoutes
from scim_gateway.entrypoints.resources import ResourceEndpoints
from scim_gateway.entrypoints.routes import TypeEndpoints, scim_routes
from scim_gateway.entrypoints.searches import SearchEndpoints
from scim_gateway.entrypoints.tenant_directory import TenantDirectory
from scim_gateway.ports.request_log import RequestLog
from scim_gateway.settings import Settings
from servicekit.bearer import BearerTokens
from servicekit.channels import open_channel
from servicekit.failures import refusing_to_start
from servicekit.http import Readiness, create_app
from servicekit.purging import Purge, PurgeLoop, Quiet, close_nothing
from servicekit.runtime import Service
from servicekit.signals import News
from servicekit.stores import SqliteFolder
from servicekit.token_uses import TokenUses, tell_of_uses

NAME = "scim-gateway"
REQUEST_LOG_FILE: Final = "requests.db"


@dataclass(frozen=True, slots=True)
class _EarlyAnswering:
    """Answering requests before they are carried out, and carrying them out then."""

    answers: EarlyAnswers
    endpoint: AsyncRequestEndpoint
    loop: AsyncLoop


@asynccontextmanager
async def build(settings: Settings, _ending: asyncio.Event) -> AsyncIterator[Service]:
    """Open the channels, and close them at the end."""
    with refusing_to_start(DefinitionError):
        registry = registry_of(settings.schemas)
    async with (
        open_channel(settings.peer("resource-store", NAME)) as store,
        open_channel(settings.peer("ssf-registrar", NAME)) as registrar,
        open_channel(settings.peer("set-transmitter", NAME)) as transmitter,
        aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session,
    ):
        doors = _doors(settings, registrar, session)
        app = create_app(NAME, own_store_works=_peers(store, registrar))
        app.add_exception_handler(Exception, answer_internal_error)
        request_log = _request_log(settings, registry)
        recorder = RequestRecorder(
            settings.scim_request_log, request_log.queue, doors.authentication.directory.is_known
        )
        early = _early_answering(settings, registry, store, transmitter, doors.authentication)
        # Before the routes that servicekit made, since these are the hot ones.
        app.router.routes[:0] = _routes(
            settings, registry, store, doors.authentication, recorder, early
        )
        is_off = settings.scim_request_log == "off"
        administrators = Administrators(doors.authentication.tokens)
        answer_refusals(app)
        RequestRoutes(administrators, lambda: request_log.log, is_off=is_off).add_to(app)
        forget = _forget_nothing if is_off else request_log.forget
        _lifecycle_routes(settings, store, administrators, forget).add_to(app)
        brakes = GrpcBrakes(store, patience=settings.scim_patience_seconds)
        BrakeRoutes(administrators, brakes, doors.authentication.policy_of).add_to(app)
        loops = {**doors.loops, "async-requests": early.loop.run}
        if not is_off:
            loops["requests"] = request_log.run
        loops["purge"] = _purging(settings, request_log, store, registrar, doors.tenants).run
        yield Service(http=app, loops=loops)


@dataclass(frozen=True, slots=True)
class _Doors:
    """Who lets clients in, and the loops that keep what it knows true."""

    authentication: Authentication
    loops: Mapping[str, Callable[[], Awaitable[None]]]
    tenants: News
    """Published when a tenant has changed."""


def _doors(
    settings: Settings, registrar: grpc.aio.Channel, session: aiohttp.ClientSession
) -> _Doors:
    patience = settings.scim_patience_seconds
    authority = GrpcTokens(registrar, patience=patience)
    uses, news = TokenUses(), News()
    tokens = BearerTokens(authority.look_up, clock=time.time, uses=uses)
    directory = TenantDirectory(GrpcTenants(registrar), patience=patience)
    keys = HttpIssuerKeys(session, clock=time.monotonic)
    jwts = JwtTokens(VerifyJwt(keys, clock=time.time), directory, clock=time.time)
    place_of = places(settings.origin_of(NAME))
    journal = JournalLoop(GrpcJournal(registrar), tokens, directory, jwts.forget_all, news)
    return _Doors(
        Authentication(place_of, tokens, jwts, directory, _usual(settings), _rate_limit(settings)),
        {"journal": journal.run, "uses": partial(tell_of_uses, uses, authority.record_uses)},
        news,
    )


def _purging(
    settings: Settings,
    request_log: RequestLogLoop,
    store: grpc.aio.Channel,
    registrar: grpc.aio.Channel,
    news: News,
) -> PurgeLoop:
    """Return what purges tenants, of the store as well, which calls nobody."""
    purge_log = RequestLogPurge(
        lambda: request_log.log, request_log.open, is_off=settings.scim_request_log == "off"
    )
    # What was let in before is answered by then.
    seconds = settings.scim_patience_seconds
    purges: dict[str, Purge] = {
        "resource-store": GrpcStorePurge(store),
        NAME: Quiet(purge_log, seconds=seconds, clock=time.monotonic),
    }
    # Nobody gets in any more: the directory knows that a tenant is being deleted.
    return PurgeLoop(RegistrarTenants(registrar), close_nothing, purges, news)


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
    early: _EarlyAnswering,
) -> list[BaseRoute]:
    page_sizes = PageSizes(settings.scim_max_page_size)
    patience = settings.scim_patience_seconds
    store = GrpcResourceStore(channel, patience=patience)
    representations = representations_below(registry)
    search_resources = SearchResources(
        store, representations, cursor_seconds=settings.scim_cursor_seconds
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
            WriteResource(store, representations),
            early.answers,
            new_txn=_new_txn,
            max_body_bytes=settings.scim_max_body_bytes,
        )

    bulk = _bulk_limits(settings)
    types = [TypeEndpoints(resources(known), searches(known)) for known in registry.resource_types]
    users = next(each.resources for each in types if each.resources.resource_type.name == USER)
    return scim_routes(
        types,
        base=searches(*registry.resource_types),
        bulk=BulkEndpoint(
            authentication,
            BulkRequests(registry, bulk),
            CarryOutBulk(store, representations),
            early.answers,
            new_txn=_new_txn,
        ),
        async_requests=early.endpoint,
        discovery=DiscoveryEndpoints(
            authentication.place_of,
            Discover(GrpcSchemas(channel, patience=patience)),
            bulk,
            page_sizes,
            settings.scim_cursor_seconds,
        ),
        me=MeEndpoint(users, authentication, FindMe(store), representations),
        recorder=recorder,
    )


def _early_answering(
    settings: Settings,
    registry: Registry,
    channel: grpc.aio.Channel,
    transmitter: grpc.aio.Channel,
    authentication: Authentication,
) -> _EarlyAnswering:
    patience = settings.scim_patience_seconds
    store = GrpcResourceStore(channel, patience=patience)
    requests = GrpcAsyncRequests(channel, patience=patience)
    representations = representations_below(registry)
    accepted = News()
    carry_out = CarryOutRequest(
        store,
        representations,
        BulkRequests(registry, _bulk_limits(settings)),
        CarryOutBulk(store, representations),
        authentication.policy_of,
    )
    sets = GrpcCompletionSets(transmitter, registry, patience=patience)
    return _EarlyAnswering(
        EarlyAnswers(
            PromiseAnswer(requests, store, representations), SecretNames(registry), accepted
        ),
        AsyncRequestEndpoint(authentication, requests, sets),
        AsyncLoop(requests, carry_out, GrpcTurns(channel), accepted),
    )


def _bulk_limits(settings: Settings) -> BulkLimits:
    return BulkLimits(settings.scim_bulk_max_operations, settings.scim_max_body_bytes)


def _usual(settings: Settings) -> Policy:
    lifecycle = Lifecycle(settings.scim_retention_days, settings.scim_reuses_ids)
    changes, seconds = settings.scim_brake_changes, settings.scim_brake_minutes * 60
    limit = DeletionLimit(changes, seconds) if changes else None
    return Policy(PROFILES[settings.scim_profile], lifecycle, limit)


def _lifecycle_routes(
    settings: Settings, channel: grpc.aio.Channel, administrators: Administrators, forget: Forget
) -> LifecycleRoutes:
    patience = settings.scim_patience_seconds
    store = GrpcResourceStore(channel, patience=patience)
    lifecycle = GrpcLifecycle(channel, patience=patience)
    return LifecycleRoutes(
        administrators,
        lifecycle,
        RestoreResource(store, lifecycle),
        ErasePerson(store, lifecycle, forget),
        _new_txn,
    )


async def _forget_nothing(_tenant: str, _resource_id: str, _names: Collection[str]) -> int:
    """Stand in for a request log that is off."""
    return 0


def _rate_limit(settings: Settings) -> RateLimit | None:
    if not settings.scim_rate_per_second:
        return None
    rate = Rate(settings.scim_rate_per_second, settings.scim_rate_burst)
    return RateLimit(rate, clock=time.monotonic)


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
