"""Wires the transmitter: the one place where adapters and entrypoints meet."""

import asyncio
import base64
import secrets
import sqlite3
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Final

import grpc
from fastapi import FastAPI
from prometheus_client import REGISTRY

from scim.registry import standard_registry
from servicekit.bearer import BearerTokens
from servicekit.channels import open_channel
from servicekit.http import Readiness, create_app
from servicekit.runtime import Service
from servicekit.sqlite import Database
from set_transmitter.adapters.change_feed import ChangeFeed
from set_transmitter.adapters.http_push import HttpPush, push_session
from set_transmitter.adapters.registrar import Journal, RegistrarStreams, RegistrarTokens
from set_transmitter.adapters.signing import RegistrarSigning
from set_transmitter.adapters.sqlite_deliveries import SqliteDeliveries
from set_transmitter.adapters.sqlite_event_log import SqliteEventLog
from set_transmitter.adapters.sqlite_schema import MIGRATIONS
from set_transmitter.commands.answer_poll import HandOut, TakeAcknowledgements
from set_transmitter.commands.conclude_push import ConcludePush
from set_transmitter.commands.keep_streams import KeepStreams
from set_transmitter.commands.load_pending import LoadPending
from set_transmitter.commands.prepare_sets import PrepareSets
from set_transmitter.commands.read_delivery_states import ReadDeliveryStates
from set_transmitter.commands.settle import Settle
from set_transmitter.commands.take_in_changes import TakeInChanges
from set_transmitter.domain.outboxes import Outboxes
from set_transmitter.entrypoints.admin_routes import add_admin_routes
from set_transmitter.entrypoints.event_service import grpc_face
from set_transmitter.entrypoints.feed_loop import FeedLoop
from set_transmitter.entrypoints.http_errors import add_error_answers
from set_transmitter.entrypoints.journal_loop import JournalLoop
from set_transmitter.entrypoints.measures import StreamMeasures
from set_transmitter.entrypoints.poll_endpoint import PollEndpoint, add_poll_routes
from set_transmitter.entrypoints.pump import PushSteps
from set_transmitter.entrypoints.push_loop import PushLoop
from set_transmitter.entrypoints.settling_loops import SettlingLoops
from set_transmitter.entrypoints.stream_news import StreamNews
from set_transmitter.settings import Settings

NAME = "set-transmitter"

_MOST_BYTES_POLLED: Final = 8 * 1024 * 1024

Loops = dict[str, Callable[[], Awaitable[None]]]


@dataclass(frozen=True, slots=True)
class _Parts:
    """What both faces and the loops share."""

    log: SqliteEventLog
    deliveries: SqliteDeliveries
    outboxes: Outboxes
    settle: Settle
    load: LoadPending
    prepare: PrepareSets
    keep_streams: KeepStreams
    signing: RegistrarSigning
    tokens: BearerTokens
    news: StreamNews


@asynccontextmanager
async def build(settings: Settings, ending: asyncio.Event) -> AsyncIterator[Service]:
    """Open the log, the channels and the HTTP client; at the end write what is noted."""
    async with (
        _open_database(settings) as database,
        open_channel(settings.peer("resource-store", NAME)) as store,
        open_channel(settings.peer("ssf-registrar", NAME)) as registrar,
        push_session(timeout_seconds=settings.push_timeout_seconds) as session,
    ):
        parts = await _parts(database, registrar, restore_id=settings.last_restore())
        with _measuring(parts.outboxes):
            yield Service(
                http=_http(settings, parts, database, ending),
                grpc=grpc_face(settings.own_endpoint(NAME), ReadDeliveryStates(parts.outboxes)),
                loops={
                    "changes": _feed_loop(parts, store).run,
                    "end": _wake_at_end(parts.news, ending),
                    **_stream_loops(settings, parts, registrar, HttpPush(session)),
                },
            )
        parts.signing.close()
        await parts.settle.store_cursors()


@asynccontextmanager
async def _open_database(settings: Settings) -> AsyncIterator[Database]:
    database = Database(settings.database_path(NAME), MIGRATIONS)
    try:
        yield database
    finally:
        await database.close()


@contextmanager
def _measuring(outboxes: Outboxes) -> Iterator[None]:
    measures = StreamMeasures(outboxes)
    REGISTRY.register(measures)
    try:
        yield
    finally:
        REGISTRY.unregister(measures)


async def _parts(database: Database, registrar: grpc.aio.Channel, *, restore_id: str) -> _Parts:
    log = SqliteEventLog(database)
    await log.begin(epoch=_new_epoch(), restore_id=restore_id)
    epoch = await log.epoch()
    outboxes = Outboxes(epoch=epoch, end=await log.end())
    deliveries = SqliteDeliveries(database)
    settle = Settle(outboxes, deliveries)
    load = LoadPending(outboxes, deliveries)
    signing = RegistrarSigning(registrar)
    streams = RegistrarStreams(registrar)
    return _Parts(
        log=log,
        deliveries=deliveries,
        outboxes=outboxes,
        settle=settle,
        load=load,
        prepare=PrepareSets(epoch, deliveries, signing),
        keep_streams=KeepStreams(streams, outboxes, deliveries, settle, load),
        signing=signing,
        tokens=BearerTokens(RegistrarTokens(registrar).look_up, clock=time.time),
        news=StreamNews(),
    )


def _http(settings: Settings, parts: _Parts, database: Database, ending: asyncio.Event) -> FastAPI:
    app = create_app(NAME, own_store_works=_own_store_works(database))
    add_error_answers(app)
    add_admin_routes(
        app,
        tokens=parts.tokens,
        read_delivery_states=ReadDeliveryStates(parts.outboxes),
        deliveries=parts.deliveries,
    )
    poll = PollEndpoint(
        outboxes=parts.outboxes,
        keep_streams=parts.keep_streams,
        tokens=parts.tokens,
        take_acknowledgements=TakeAcknowledgements(parts.outboxes.epoch, parts.settle),
        hand_out=HandOut(
            parts.load,
            parts.prepare,
            visibility=settings.poll_visibility_seconds,
            most_bytes=_MOST_BYTES_POLLED,
        ),
        news=parts.news,
        ending=ending,
        wait_seconds=settings.poll_wait_seconds,
    )
    add_poll_routes(app, poll)
    return app


def _own_store_works(database: Database) -> Readiness:
    async def check() -> dict[str, bool]:
        try:
            await database.read(lambda connection: connection.execute("SELECT epoch FROM log"))
        except sqlite3.Error:
            return {"store": False}
        return {"store": True}

    return check


def _feed_loop(parts: _Parts, store: grpc.aio.Channel) -> FeedLoop:
    endpoints = {known.name: known.endpoint for known in standard_registry().resource_types}
    return FeedLoop(
        read_changes=ChangeFeed(store, endpoints).read,
        log=parts.log,
        take_in=TakeInChanges(parts.log, parts.outboxes),
        news=parts.news,
    )


def _stream_loops(
    settings: Settings, parts: _Parts, registrar: grpc.aio.Channel, push: HttpPush
) -> Loops:
    journal = JournalLoop(
        read_journal=Journal(registrar).read,
        keep_streams=parts.keep_streams,
        forget_keys=parts.signing.forget,
        tokens=parts.tokens,
        news=parts.news,
    )
    settling = SettlingLoops(parts.settle, parts.keep_streams, parts.news)
    return {
        "journal": journal.run,
        "push": _push_loop(settings, parts, push).run,
        "settle": settling.flush,
        "cursors": settling.store_cursors,
        "disabled": settling.drop_for_disabled,
    }


def _push_loop(settings: Settings, parts: _Parts, push: HttpPush) -> PushLoop:
    steps = PushSteps(
        load=parts.load,
        prepare=parts.prepare,
        push=push,
        conclude=ConcludePush(parts.settle),
        parallel=settings.push_parallel,
    )
    return PushLoop(parts.outboxes, steps, parts.news)


def _wake_at_end(news: StreamNews, ending: asyncio.Event) -> Callable[[], Awaitable[None]]:
    async def wake() -> None:
        await ending.wait()
        news.publish_all()

    return wake


def _new_epoch() -> str:
    """Return 26 characters of base32 that no other log has."""
    return base64.b32encode(secrets.token_bytes(17)).decode()[:26].lower()
