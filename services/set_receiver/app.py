"""Wiring: the one place where entrypoints and adapters meet."""

import asyncio
import random
import secrets
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial

import aiohttp
from starlette.types import ASGIApp

from scim.definition_errors import DefinitionError
from scim.registry import registry_of
from servicekit.bearer import BearerTokens
from servicekit.channels import open_channel
from servicekit.failures import refusing_to_start
from servicekit.http import create_app, serve_straight
from servicekit.purging import PurgeLoop
from servicekit.runtime import Service
from servicekit.signals import News
from servicekit.stores import SqliteFolder, StoreLocation
from set_receiver.adapters.issuer_keys import HttpIssuerKeys
from set_receiver.adapters.poll_client import HttpPollEndpoint
from set_receiver.adapters.publisher_client import HttpPublishedResources
from set_receiver.adapters.receipt_store import ReceiptStore
from set_receiver.adapters.registrar_client import GrpcRegistrar
from set_receiver.adapters.registrar_tenants import RegistrarTenants
from set_receiver.adapters.sqlite.store import open_sqlite
from set_receiver.adapters.store_client import GrpcChanges
from set_receiver.adapters.store_people import GrpcPeople, UsualBrake
from set_receiver.adapters.tenant_keys import GrpcTenantKeys
from set_receiver.adapters.transmitter_client import GrpcRoutes
from set_receiver.commands.apply_receipts import ApplyReceipts
from set_receiver.commands.doubts import Doubts
from set_receiver.commands.fetch_resources import FetchResources
from set_receiver.commands.heed_stream_events import HeedStreamEvents
from set_receiver.commands.open_sets import OpenSets
from set_receiver.commands.react import React
from set_receiver.commands.route_receipts import RouteReceipts
from set_receiver.commands.take_in import TakeIn
from set_receiver.domain.receipts import APPLYING, POLLING
from set_receiver.domain.settling import RetryBudget
from set_receiver.entrypoints.admin import AdminApi
from set_receiver.entrypoints.apply_loop import ApplyLoop
from set_receiver.entrypoints.intake import Intake
from set_receiver.entrypoints.leading import Leading
from set_receiver.entrypoints.metrics import show_pending
from set_receiver.entrypoints.poll_loop import PollLoops
from set_receiver.entrypoints.push_endpoint import PushEndpoint
from set_receiver.entrypoints.receipt_pages import ReceiptPages
from set_receiver.entrypoints.receipt_service import grpc_face
from set_receiver.entrypoints.series_loop import forget_gone_series
from set_receiver.entrypoints.stream_directory import StreamDirectory, follow_journal
from set_receiver.entrypoints.tenant_purge import TenantPurge
from set_receiver.entrypoints.troubles import Troubles
from set_receiver.settings import Settings

SERVICE = "set-receiver"


def microseconds() -> int:
    """Return the time in microseconds since 1970."""
    return time.time_ns() // 1000


@dataclass(frozen=True, slots=True)
class _Outside:
    """What the service stands on."""

    store: ReceiptStore
    session: aiohttp.ClientSession
    registrar: GrpcRegistrar
    tenants: RegistrarTenants
    tenant_keys: GrpcTenantKeys
    changes: GrpcChanges
    routes: GrpcRoutes
    people: GrpcPeople
    resource_types: Mapping[str, str]
    """The names of the resource types, by their endpoints."""


@asynccontextmanager
async def build(settings: Settings, _ending: asyncio.Event) -> AsyncIterator[Service]:
    """Open what the service stands on, and put its parts together."""
    with refusing_to_start(DefinitionError):
        registry = registry_of(settings.schemas)
    async with AsyncExitStack() as opened:
        receipt_store = await opened.enter_async_context(_open_store(settings.location()))
        # each long poll holds a connection, so there is no bound but the number of streams
        session = await opened.enter_async_context(
            aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0), cookie_jar=aiohttp.DummyCookieJar()
            )
        )
        registrar = await opened.enter_async_context(
            open_channel(settings.peer("ssf-registrar", SERVICE))
        )
        store = await opened.enter_async_context(
            open_channel(settings.peer("resource-store", SERVICE))
        )
        transmitter = await opened.enter_async_context(
            open_channel(settings.peer("set-transmitter", SERVICE))
        )
        outside = _Outside(
            receipt_store,
            session,
            GrpcRegistrar(registrar),
            RegistrarTenants(registrar),
            GrpcTenantKeys(registrar, clock=time.monotonic),
            GrpcChanges(store),
            GrpcRoutes(transmitter),
            GrpcPeople(store, registrar, _usual_brake(settings)),
            {endpoint: name for name, endpoint in registry.endpoints.items()},
        )
        yield _service(settings, outside)


def _usual_brake(settings: Settings) -> UsualBrake:
    return UsualBrake(settings.scim_brake_changes, settings.scim_brake_minutes)


@asynccontextmanager
async def _open_store(location: StoreLocation) -> AsyncIterator[ReceiptStore]:
    if isinstance(location, SqliteFolder):
        async with open_sqlite(location.file_of(SERVICE)) as store:
            yield store
        return
    # Importing pymongo takes time and memory that the embedded store does not need.
    from set_receiver.adapters.mongo.store import open_mongo_store  # noqa: PLC0415

    async with open_mongo_store(location.url, SERVICE) as store:
        yield store


def _service(settings: Settings, outside: _Outside) -> Service:
    directory = StreamDirectory(outside.registrar)
    tokens = BearerTokens(outside.registrar.look_up_token, clock=time.time)
    intake = Intake(_take_in(outside), arrived=News(), troubles=Troubles())
    pages = ReceiptPages(outside.store.receipts)
    leading = partial(Leading, outside.store.leases, secrets.token_hex(8))
    admin = AdminApi(
        tokens,
        intake.arrived,
        outside.store.receipts,
        outside.store.states,
        directory,
        intake.troubles,
        microseconds,
    )
    return Service(
        http=_http(outside.store, PushEndpoint(directory, intake), admin),
        grpc=grpc_face(settings.own_endpoint(SERVICE), pages),
        loops={
            "journal": lambda: follow_journal(
                directory, forget_token=tokens.forget, forget_all_tokens=tokens.forget_all
            ),
            "poll": leading(POLLING, _poll_loops(settings, outside, directory, intake)),
            "apply": leading(APPLYING, _apply_loop(settings, outside, directory, intake)),
            "tenants": _purge_loop(outside, directory).run,
            "series": lambda: forget_gone_series(directory),
            "pending": lambda: show_pending(outside.store.receipts, directory.knows),
        },
    )


def _purge_loop(outside: _Outside, directory: StreamDirectory) -> PurgeLoop:
    purge = TenantPurge(directory, outside.store.purging)
    return PurgeLoop(outside.tenants, purge.close, {SERVICE: purge}, directory.tenants)


def _take_in(outside: _Outside) -> TakeIn:
    keys = HttpIssuerKeys(outside.session, clock=time.monotonic)
    heed = HeedStreamEvents(outside.store.states)
    opened = OpenSets(outside.tenant_keys)
    return TakeIn(outside.store.receipts, keys, opened, microseconds, heed)


def _poll_loops(
    settings: Settings, outside: _Outside, directory: StreamDirectory, intake: Intake
) -> PollLoops:
    return PollLoops(
        directory,
        HttpPollEndpoint(outside.session),
        intake,
        max_events=settings.poll_max_events,
        jitter=random.random,
    )


def _apply_loop(
    settings: Settings, outside: _Outside, directory: StreamDirectory, intake: Intake
) -> ApplyLoop:
    apply_receipts = ApplyReceipts(
        outside.store.receipts,
        outside.changes,
        RouteReceipts(outside.routes),
        React(outside.people),
        outside.resource_types,
        RetryBudget(settings.apply_retry_seconds),
        microseconds,
        random.random,
        Doubts(directory, outside.store.links),
    )
    fetch_resources = FetchResources(
        outside.store.receipts,
        outside.changes,
        directory,
        HttpPublishedResources(outside.session),
        outside.resource_types,
        RetryBudget(settings.apply_retry_seconds),
        microseconds,
        random.random,
    )
    return ApplyLoop(
        outside.store.receipts,
        apply_receipts,
        fetch_resources,
        directory.changed,
        arrived=intake.arrived,
        follow=outside.store.follow,
        pace=outside.store.pace,
        clock=microseconds,
        troubles=intake.troubles,
    )


def _http(store: ReceiptStore, push: PushEndpoint, admin: AdminApi) -> ASGIApp:
    async def checks() -> dict[str, bool]:
        return {"store": await store.works(), "ssf-registrar": push.directory.is_loaded}

    app = create_app(SERVICE, own_store_works=checks)
    admin.add_to(app)
    return serve_straight(app, push.route())
