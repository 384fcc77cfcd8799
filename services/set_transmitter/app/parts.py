"""The commands of a term, over the log that it has opened."""

import asyncio
import base64
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import grpc

from scim.registry import Registry
from scim.resource_type import ResourceType
from servicekit.bearer import BearerTokens
from servicekit.leases import Held
from set_transmitter.adapters.encryption import ReceiverEncryption
from set_transmitter.adapters.registrar import (
    RegistrarStatuses,
    RegistrarStreams,
    RegistrarTokens,
)
from set_transmitter.adapters.registrar_tenants import RegistrarTenants
from set_transmitter.adapters.signing import RegistrarSigning
from set_transmitter.adapters.storage import Storage
from set_transmitter.commands.announce_status import AnnounceStatus
from set_transmitter.commands.answer_verifications import AnswerVerifications
from set_transmitter.commands.begin_snapshot import BeginSnapshot
from set_transmitter.commands.close_tenants import CloseTenants
from set_transmitter.commands.erase_events import EraseEvents
from set_transmitter.commands.growth import Growth
from set_transmitter.commands.keep_streams import KeepStreams
from set_transmitter.commands.load_pending import LoadPending
from set_transmitter.commands.make_status_changes import MakeStatusChanges
from set_transmitter.commands.pause_inactive import PauseInactive
from set_transmitter.commands.prepare_sets import PrepareSets
from set_transmitter.commands.publish_events import PublishEvents
from set_transmitter.commands.read_events import ReadEvents
from set_transmitter.commands.replay_dead_letters import ReplayDeadLetters
from set_transmitter.commands.reset_stream import ResetStream
from set_transmitter.commands.restate import Restate
from set_transmitter.commands.route_sets import RouteSets
from set_transmitter.commands.settle import Settle
from set_transmitter.commands.take_in_changes import TakeInChanges
from set_transmitter.commands.take_snapshots import TakeSnapshots
from set_transmitter.commands.tell_losses import TellLosses
from set_transmitter.domain.closed_tenants import ClosedTenants
from set_transmitter.domain.contacts import Contacts
from set_transmitter.domain.outboxes import Outboxes
from set_transmitter.entrypoints.publisher import Publisher
from set_transmitter.entrypoints.reset_routes import log_reset
from set_transmitter.entrypoints.stream_news import StreamNews
from set_transmitter.entrypoints.tenant_purge import TenantPurge
from set_transmitter.ports.dead_letters import DeadLetters
from set_transmitter.ports.deliveries import Deliveries
from set_transmitter.ports.push import Push
from set_transmitter.ports.retention import Retention

NAME: Final = "set-transmitter"


@dataclass(frozen=True, slots=True)
class Peers:
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
class Parts:
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


async def open_parts(peers: Peers, held: Held) -> Parts:
    """Open the log as the one that writes it, and put the commands over it."""
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
    return Parts(
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


def _types_by_name(registry: Registry) -> Mapping[str, ResourceType]:
    return {each.name: each for each in registry.resource_types}


def _fresh_txn() -> str:
    return secrets.token_hex(16)


def _microseconds() -> int:
    return time.time_ns() // 1000


def _new_epoch() -> str:
    """Return 26 characters of base32 that no other log has."""
    return base64.b32encode(secrets.token_bytes(17)).decode()[:26].lower()
