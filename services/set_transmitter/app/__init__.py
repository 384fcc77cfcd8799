"""Wires the transmitter: the one place where adapters and entrypoints meet."""

import asyncio
import contextlib
import secrets
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from functools import partial
from typing import Final

from fastapi import FastAPI
from prometheus_client import REGISTRY

from scim.definition_errors import DefinitionError
from scim.registry import registry_of
from secevent.push import Accepted, Outcome
from servicekit.channels import open_channel
from servicekit.failures import StorageError, refusing_to_start
from servicekit.http import create_app
from servicekit.leases import FencedError, Held
from servicekit.runtime import Service
from servicekit.stores import MongoUrl, SqliteFolder
from set_transmitter.adapters.encrypted_push import EncryptedPush
from set_transmitter.adapters.encryption import ReceiverEncryption
from set_transmitter.adapters.http_push import HttpPush, push_session
from set_transmitter.adapters.leased_push import LeasedPush
from set_transmitter.adapters.noted_push import NotedPush
from set_transmitter.adapters.signing import RegistrarTenantSigning
from set_transmitter.adapters.sqlite.storage import open_sqlite
from set_transmitter.adapters.storage import Storage
from set_transmitter.app.loops import loops_of
from set_transmitter.app.parts import NAME, Parts, Peers, open_parts
from set_transmitter.commands.answer_poll import HandOut, TakeAcknowledgements
from set_transmitter.commands.keep_streams import KeepStreams
from set_transmitter.commands.read_delivery_states import ReadDeliveryStates
from set_transmitter.commands.settle import Settle
from set_transmitter.commands.sign_completions import SignCompletions
from set_transmitter.domain.outboxes import Outboxes
from set_transmitter.entrypoints.admin_routes import add_admin_routes
from set_transmitter.entrypoints.dead_letter_routes import DeadLetterRoutes
from set_transmitter.entrypoints.erasure_routes import add_erasure_routes
from set_transmitter.entrypoints.event_routes import add_event_routes
from set_transmitter.entrypoints.event_service import grpc_face
from set_transmitter.entrypoints.http_errors import add_error_answers
from set_transmitter.entrypoints.measures import StreamMeasures
from set_transmitter.entrypoints.poll_endpoint import PollEndpoint
from set_transmitter.entrypoints.poll_routes import add_poll_routes
from set_transmitter.entrypoints.publish_routes import add_publish_routes
from set_transmitter.entrypoints.reset_routes import add_reset_routes
from set_transmitter.entrypoints.standby import StandbyError
from set_transmitter.entrypoints.status_routes import add_status_routes
from set_transmitter.entrypoints.terms import Term, Terms
from set_transmitter.ports.push import Push
from set_transmitter.settings import Settings

__all__ = ["NAME", "build"]

_MOST_BYTES_POLLED: Final = 8 * 1024 * 1024


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
        peers = Peers(storage, store, registrar, push, encryption, ending, registry)
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
async def _open_term(settings: Settings, peers: Peers, held: Held) -> AsyncIterator[Term]:
    """Read where the log is; at the end write what is noted, if that is still ours to write."""
    parts = await open_parts(peers, held)
    over = asyncio.Event()
    with _measuring(parts.outboxes):
        try:
            yield Term(
                loops=loops_of(settings, parts, peers, _push(peers, parts, held)),
                poll=_poll(settings, parts, peers, partial(_check_active, held, over)),
                tokens=parts.tokens,
                record_settled=partial(_record_settled, parts.settle),
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


async def _record_settled(settle: Settle) -> None:
    # whoever reads on a full disk sees what was recorded before
    with contextlib.suppress(StorageError):
        await settle.flush()


async def _look_again(keep_streams: KeepStreams, tenant: str, stream_id: str) -> None:
    await keep_streams.look_again([(tenant, stream_id)])


def _push(peers: Peers, parts: Parts, held: Held) -> Push:
    def tell(stream_id: str, outcome: Outcome) -> None:
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
    settings: Settings, parts: Parts, peers: Peers, check_active: Callable[[], None]
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
