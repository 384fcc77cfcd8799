"""Wires the transmitter: the one place where adapters and entrypoints meet."""

import asyncio
import base64
import contextlib
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Final

import grpc
from fastapi import FastAPI
from prometheus_client import REGISTRY

from scim.definition_errors import DefinitionError
from scim.registry import Registry, registry_of
from scim.resource_type import ResourceType
from secevent.push import Accepted, Outcome
from servicekit.bearer import BearerTokens
from servicekit.channels import open_channel
from servicekit.failures import StorageError, refusing_to_start
from servicekit.http import create_app
from servicekit.leases import FencedError, Held
from servicekit.purging import PurgeLoop
from servicekit.runtime import Service
from servicekit.stores import MongoUrl, SqliteFolder
from set_transmitter.adapters.change_feed import ChangeFeed
from set_transmitter.adapters.encrypted_push import EncryptedPush
from set_transmitter.adapters.encryption import ReceiverEncryption
from set_transmitter.adapters.http_push import HttpPush, push_session
from set_transmitter.adapters.leased_push import LeasedPush
from set_transmitter.adapters.noted_push import NotedPush
from set_transmitter.adapters.registrar import (
    Journal,
    RegistrarStatuses,
    RegistrarStreams,
    RegistrarTokens,
    VerificationRequests,
)
from set_transmitter.adapters.registrar_tenants import RegistrarTenants
from set_transmitter.adapters.signing import RegistrarSigning, RegistrarTenantSigning
from set_transmitter.adapters.sqlite.storage import open_sqlite
from set_transmitter.adapters.storage import Storage
from set_transmitter.commands.announce_status import AnnounceStatus
from set_transmitter.commands.answer_poll import HandOut, TakeAcknowledgements
from set_transmitter.commands.answer_verifications import AnswerVerifications
from set_transmitter.commands.begin_snapshot import BeginSnapshot
from set_transmitter.commands.close_tenants import CloseTenants
from set_transmitter.commands.conclude_push import ConcludePush
from set_transmitter.commands.erase_events import EraseEvents
from set_transmitter.commands.growth import Growth
from set_transmitter.commands.hold_stream import HoldStream
from set_transmitter.commands.keep_streams import KeepStreams
from set_transmitter.commands.load_pending import LoadPending
from set_transmitter.commands.make_status_changes import MakeStatusChanges
from set_transmitter.commands.pause_inactive import PauseInactive
from set_transmitter.commands.prepare_sets import PrepareSets
from set_transmitter.commands.publish_events import PublishEvents
from set_transmitter.commands.read_delivery_states import ReadDeliveryStates
from set_transmitter.commands.read_events import ReadEvents
from set_transmitter.commands.remove_old_events import RemoveOldEvents
from set_transmitter.commands.replay_dead_letters import ReplayDeadLetters
from set_transmitter.commands.reset_stream import ResetStream
from set_transmitter.commands.restate import Restate
from set_transmitter.commands.route_sets import RouteSets
from set_transmitter.commands.settle import Settle
from set_transmitter.commands.sign_completions import SignCompletions
from set_transmitter.commands.take_in_changes import TakeInChanges
from set_transmitter.commands.take_snapshots import TakeSnapshots
from set_transmitter.commands.tell_losses import TellLosses
from set_transmitter.domain.closed_tenants import ClosedTenants
from set_transmitter.domain.contacts import Contacts
from set_transmitter.domain.outboxes import Outboxes
from set_transmitter.domain.patience import Patience
from set_transmitter.entrypoints.admin_routes import add_admin_routes
from set_transmitter.entrypoints.dead_letter_routes import DeadLetterRoutes
from set_transmitter.entrypoints.erasure_routes import add_erasure_routes
from set_transmitter.entrypoints.event_routes import add_event_routes
from set_transmitter.entrypoints.event_service import grpc_face
from set_transmitter.entrypoints.feed_loop import FeedLoop
from set_transmitter.entrypoints.holding import Holding
from set_transmitter.entrypoints.http_errors import add_error_answers
from set_transmitter.entrypoints.journal_loop import JournalLoop
from set_transmitter.entrypoints.measures import StreamMeasures, attempts
from set_transmitter.entrypoints.poll_endpoint import PollEndpoint
from set_transmitter.entrypoints.poll_routes import add_poll_routes
from set_transmitter.entrypoints.publish_routes import add_publish_routes
from set_transmitter.entrypoints.publisher import Publisher
from set_transmitter.entrypoints.pump import PushSteps
from set_transmitter.entrypoints.push_loop import PushLoop
from set_transmitter.entrypoints.reset_routes import add_reset_routes, log_reset
from set_transmitter.entrypoints.retention_loop import RetentionLoop
from set_transmitter.entrypoints.series_loop import forget_gone_series
from set_transmitter.entrypoints.settling_loops import SettlingLoops
from set_transmitter.entrypoints.standby import StandbyError
from set_transmitter.entrypoints.status_loops import StatusLoops
from set_transmitter.entrypoints.status_routes import add_status_routes
from set_transmitter.entrypoints.stream_news import StreamNews
from set_transmitter.entrypoints.tenant_purge import TenantPurge
from set_transmitter.entrypoints.terms import Loops, Term, Terms
from set_transmitter.entrypoints.verification_loop import VerificationLoop
from set_transmitter.ports.dead_letters import DeadLetters
from set_transmitter.ports.deliveries import Deliveries
from set_transmitter.ports.push import Push
from set_transmitter.ports.retention import Retention
from set_transmitter.settings import Settings

NAME = "set-transmitter"

_MOST_BYTES_POLLED: Final = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class _Peers:
    """What a term needs of the outside, and keeps from term to term."""

    storage: Storage
    store: grpc.aio.Channel
    registrar: grpc.aio.Channel
    push: Push
    encryption: ReceiverEncryption
    ending: asyncio.Event
    registry: Registry
    """Where the resources of each type are, by its name."""


@dataclass(frozen=True, slots=True)
class _Parts:
    """What polls and the loops of a term share."""

    deliveries: Deliveries
    outboxes: Outboxes
    settle: Settle
    load: LoadPending
    prepare: PrepareSets
    keep_streams: KeepStreams
    take_in: TakeInChanges
    take_snapshots: TakeSnapshots
    begin_snapshot: BeginSnapshot
    answer_verifications: AnswerVerifications
    reset_stream: ResetStream
    read_events: ReadEvents
    retention: Retention
    tell_losses: TellLosses
    erase_events: EraseEvents
    dead_letters: DeadLetters
    restate: Restate
    replay_dead_letters: ReplayDeadLetters
    route_sets: RouteSets
    publisher: Publisher
    signing: RegistrarSigning
    tokens: BearerTokens
    news: StreamNews
    purge: TenantPurge
    contacts: Contacts
    announce_status: AnnounceStatus
    make_changes: MakeStatusChanges
    pause_inactive: PauseInactive


@asynccontextmanager
async def build(settings: Settings, ending: asyncio.Event) -> AsyncIterator[Service]:
    """Open the log, the channels and the HTTP client, and serve whenever this is the active one."""
    with refusing_to_start(DefinitionError):
        registry = registry_of(settings.schemas)
    async with (
        _open_storage(settings) as storage,
        open_channel(settings.peer("resource-store", NAME)) as store,
        open_channel(settings.peer("ssf-registrar", NAME)) as registrar,
        push_session(timeout_seconds=settings.push_timeout_seconds) as session,
    ):
        encryption = ReceiverEncryption(session, clock=time.monotonic)
        push = EncryptedPush(HttpPush(session), doubt=encryption.doubt)
        peers = _Peers(storage, store, registrar, push, encryption, ending, registry)
        terms = Terms(partial(_open_term, settings, peers))
        sign_completions = SignCompletions(RegistrarTenantSigning(registrar))
        yield Service(
            http=_http(storage, terms),
            grpc=grpc_face(settings.own_endpoint(NAME), terms, sign_completions),
            loops={"lead": partial(storage.lead, terms.serve)},
        )


def _open_storage(settings: Settings) -> AbstractAsyncContextManager[Storage]:
    restore_id = settings.last_restore()
    match settings.location():
        case SqliteFolder() as folder:
            return open_sqlite(folder.file_of(NAME), restore_id=restore_id)
        case MongoUrl(url):
            # the embedded store's start must not wait for pymongo
            from set_transmitter.adapters.mongo.storage import open_mongodb  # noqa: PLC0415

            holder = secrets.token_hex(16)
            return open_mongodb(url, NAME, holder=holder, restore_id=restore_id)


@asynccontextmanager
async def _open_term(settings: Settings, peers: _Peers, held: Held) -> AsyncIterator[Term]:
    """Read where the log is; at the end write what is noted, if that is still ours to write."""
    parts = await _parts(peers, held)
    over = asyncio.Event()
    with _measuring(parts.outboxes):
        try:
            yield Term(
                loops=_loops(settings, parts, peers, _push(peers, parts, held)),
                poll=_poll(settings, parts, peers, partial(_check_active, held, over)),
                tokens=parts.tokens,
                dead_letters=parts.dead_letters,
                read_delivery_states=ReadDeliveryStates(parts.outboxes, parts.contacts),
                begin_snapshot=parts.begin_snapshot,
                announce_status=parts.announce_status,
                look_again=partial(_look_again, parts.keep_streams),
                reset_stream=parts.reset_stream,
                read_events=parts.read_events,
                erase_events=parts.erase_events,
                replay_dead_letters=parts.replay_dead_letters,
                route_sets=parts.route_sets,
                publisher=parts.publisher,
                news=parts.news,
            )
        finally:
            over.set()
            parts.news.publish_all()
            parts.signing.close()
            with contextlib.suppress(FencedError, StorageError):
                await parts.settle.store_cursors()


async def _look_again(keep_streams: KeepStreams, tenant: str, stream_id: str) -> None:
    await keep_streams.look_again([(tenant, stream_id)])


def _push(peers: _Peers, parts: _Parts, held: Held) -> Push:
    def tell(stream_id: str, outcome: Outcome) -> None:
        attempts.labels(stream_id).inc()
        if isinstance(outcome, Accepted):
            parts.contacts.note(stream_id, at=time.time_ns() // 1000)

    return NotedPush(LeasedPush(peers.push, held), tell)


def _check_active(held: Held, over: asyncio.Event) -> None:
    if over.is_set() or held.lease.seconds_left() <= 0:
        raise StandbyError


@contextmanager
def _measuring(outboxes: Outboxes) -> Iterator[None]:
    measures = StreamMeasures(outboxes)
    REGISTRY.register(measures)
    try:
        yield
    finally:
        REGISTRY.unregister(measures)


async def _parts(peers: _Peers, held: Held) -> _Parts:
    logbook = await peers.storage.open_log(held, epoch=_new_epoch())
    log, deliveries, growth = logbook.log, logbook.deliveries, Growth()
    epoch = await log.epoch()
    outboxes = Outboxes(epoch=epoch, end=await log.end())
    settle = Settle(outboxes, deliveries)
    load = LoadPending(outboxes, deliveries)
    signing = RegistrarSigning(peers.registrar)
    streams = RegistrarStreams(peers.registrar, _types_by_name(peers.registry))
    closed, news = ClosedTenants(), StreamNews()
    keep_streams = KeepStreams(
        streams,
        outboxes,
        deliveries,
        settle,
        load,
        growth,
        logbook.resets,
        closed,
        tell_reset=log_reset,
    )
    close_tenants = CloseTenants(closed, growth, keep_streams)
    letters = logbook.dead_letters
    restate = Restate(letters, outboxes, growth)
    take_snapshots = TakeSnapshots(logbook.snapshots, deliveries, outboxes, growth)
    contacts, statuses = Contacts(), RegistrarStatuses(peers.registrar)
    announce_status = AnnounceStatus(logbook.stream_events, outboxes, growth, _fresh_txn)
    return _Parts(
        deliveries=deliveries,
        outboxes=outboxes,
        settle=settle,
        load=load,
        prepare=PrepareSets(epoch, deliveries, signing, peers.encryption),
        keep_streams=keep_streams,
        take_in=TakeInChanges(log, outboxes, growth, RegistrarTenants(peers.registrar), closed),
        take_snapshots=take_snapshots,
        begin_snapshot=BeginSnapshot(streams, outboxes, keep_streams, take_snapshots),
        answer_verifications=AnswerVerifications(
            log, logbook.stream_events, outboxes, growth, closed
        ),
        reset_stream=ResetStream(streams, outboxes, keep_streams),
        read_events=ReadEvents(logbook.logged_events, outboxes),
        retention=logbook.retention,
        tell_losses=TellLosses(logbook.stream_events, outboxes, growth, _fresh_txn),
        erase_events=EraseEvents(logbook.erasing, outboxes, settle, growth),
        dead_letters=letters,
        restate=restate,
        replay_dead_letters=ReplayDeadLetters(letters, outboxes, settle, growth, restate),
        route_sets=RouteSets(log, outboxes, growth, closed, _microseconds),
        publisher=Publisher(PublishEvents(log, outboxes, growth, closed), news),
        signing=signing,
        tokens=BearerTokens(RegistrarTokens(peers.registrar).look_up, clock=time.time),
        news=news,
        purge=TenantPurge(close_tenants, logbook.tenant_records, news),
        contacts=contacts,
        announce_status=announce_status,
        make_changes=MakeStatusChanges(logbook.stream_events, statuses, outboxes),
        pause_inactive=PauseInactive(
            outboxes, contacts, statuses, announce_status, began=time.time_ns() // 1000
        ),
    )


def _http(storage: Storage, terms: Terms) -> FastAPI:
    app = create_app(NAME, own_store_works=partial(_own_store_works, storage, terms))
    add_error_answers(app)
    add_admin_routes(app, terms)
    add_status_routes(app, terms)
    DeadLetterRoutes(terms).add_to(app)
    add_reset_routes(app, terms)
    add_event_routes(app, terms)
    add_erasure_routes(app, terms)
    add_poll_routes(app, terms)
    add_publish_routes(app, terms)
    return app


async def _own_store_works(storage: Storage, terms: Terms) -> dict[str, bool]:
    """Say whether the store works; the only process is not ready before its term has begun."""
    return {"store": (storage.is_shared or terms.is_active) and await storage.works()}


def _poll(
    settings: Settings, parts: _Parts, peers: _Peers, check_active: Callable[[], None]
) -> PollEndpoint:
    return PollEndpoint(
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
        contacts=parts.contacts,
        news=parts.news,
        ending=peers.ending,
        check_active=check_active,
        wait_seconds=settings.poll_wait_seconds,
    )


def _loops(settings: Settings, parts: _Parts, peers: _Peers, push: Push) -> Loops:
    verifications = VerificationLoop(
        VerificationRequests(peers.registrar).read,
        VerificationRequests(peers.registrar).end,
        parts.answer_verifications,
        parts.news,
    )
    journal = JournalLoop(
        read_journal=Journal(peers.registrar).read,
        keep_streams=parts.keep_streams,
        forget_keys=parts.signing.forget,
        tokens=parts.tokens,
        news=parts.news,
    )
    statuses = StatusLoops(parts.make_changes, parts.pause_inactive, parts.news)
    settling = SettlingLoops(parts.settle, parts.keep_streams, parts.news)
    return {
        "changes": _feed_loop(parts, peers).run,
        "journal": journal.run,
        "verifications": verifications.run,
        "statuses": statuses.make,
        "inactive": statuses.pause,
        "series": partial(forget_gone_series, parts.outboxes, parts.contacts, parts.news),
        "push": _push_loop(settings, parts, push).run,
        "settle": settling.flush,
        "cursors": settling.store_cursors,
        "disabled": settling.drop_for_disabled,
        "lost": settling.reopen_lost,
        "retention": _retention_loop(settings, parts).run,
        "tenants": _purge_loop(parts, peers).run,
        "end": _wake_at_end(parts.news, peers.ending),
    }


def _feed_loop(parts: _Parts, peers: _Peers) -> FeedLoop:
    feed = ChangeFeed(peers.store, peers.registry.endpoints)
    return FeedLoop(feed, parts.take_in, parts.take_snapshots, parts.restate, parts.news)


def _retention_loop(settings: Settings, parts: _Parts) -> RetentionLoop:
    remove = RemoveOldEvents(parts.retention, parts.outboxes, parts.settle, settings.retention())
    return RetentionLoop(remove, parts.tell_losses, parts.news)


def _purge_loop(parts: _Parts, peers: _Peers) -> PurgeLoop:
    return PurgeLoop(
        RegistrarTenants(peers.registrar),
        parts.purge.close,
        {NAME: parts.purge},
        parts.news.tenants,
    )


def _push_loop(settings: Settings, parts: _Parts, push: Push) -> PushLoop:
    steps = PushSteps(
        load=parts.load,
        prepare=parts.prepare,
        push=push,
        conclude=ConcludePush(parts.settle, _patience(settings)),
        holding=Holding(HoldStream(parts.announce_status), parts.news),
        parallel=settings.push_parallel,
    )
    return PushLoop(parts.outboxes, steps, parts.news)


def _patience(settings: Settings) -> Patience:
    return Patience(
        settings.push_budget_attempts, settings.push_budget_seconds, settings.push_refused_seconds
    )


def _wake_at_end(news: StreamNews, ending: asyncio.Event) -> Callable[[], Awaitable[None]]:
    async def wake() -> None:
        await ending.wait()
        news.publish_all()

    return wake


def _types_by_name(registry: Registry) -> Mapping[str, ResourceType]:
    return {each.name: each for each in registry.resource_types}


def _fresh_txn() -> str:
    return secrets.token_hex(16)


def _microseconds() -> int:
    return time.time_ns() // 1000


def _new_epoch() -> str:
    """Return 26 characters of base32 that no other log has."""
    return base64.b32encode(secrets.token_bytes(17)).decode()[:26].lower()
