"""The transmitter's commands over ports in memory."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from support.memory_event_log import (
    MemoryDeadLetters,
    MemoryDeliveries,
    MemoryErasing,
    MemoryEventLog,
    MemoryLoggedEvents,
    MemoryResets,
    MemorySnapshots,
)
from support.transmitter_events import NOW

from secevent.token import SecurityEventToken
from set_transmitter.commands.answer_poll import HandOut, TakeAcknowledgements
from set_transmitter.commands.begin_snapshot import BeginSnapshot
from set_transmitter.commands.close_tenants import CloseTenants
from set_transmitter.commands.erase_events import EraseEvents
from set_transmitter.commands.growth import Growth
from set_transmitter.commands.keep_streams import KeepStreams
from set_transmitter.commands.load_pending import LoadPending
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
from set_transmitter.domain.closed_tenants import ClosedTenants
from set_transmitter.domain.events import Change, Event
from set_transmitter.domain.outbox import Outbox
from set_transmitter.domain.outboxes import Outboxes
from set_transmitter.domain.streams import Stream
from set_transmitter.ports.encryption import EncryptionUnavailableError
from set_transmitter.ports.signing import SigningUnavailableError


@dataclass
class CountingSigning:
    """Signs by counting, so that no two signatures are the same."""

    is_away: bool = False
    signed: int = 0

    async def sign(self, stream: Stream, tokens: Sequence[SecurityEventToken]) -> list[str]:
        assert stream.signing_algorithm
        if self.is_away:
            raise SigningUnavailableError("no key just now")
        return [f"{token.jti}#{self._next()}" for token in tokens]

    def _next(self) -> int:
        self.signed += 1
        return self.signed


@dataclass
class CountingEncryption:
    """Encrypts by counting, to the JWK Sets that have a key."""

    keys: set[str] = field(default_factory=set)
    encrypted: int = 0

    async def encrypt(self, jwks_uri: str, jwts: Sequence[str]) -> list[str]:
        if jwks_uri not in self.keys:
            raise EncryptionUnavailableError("no key to encrypt to")
        return [f"jwe.{self._next()}.to.{jwks_uri.replace('.', '-')}.{jwt}" for jwt in jwts]

    def _next(self) -> int:
        self.encrypted += 1
        return self.encrypted


@dataclass
class MemoryDirectory:
    """The registrar's streams."""

    streams: dict[str, Stream] = field(default_factory=dict)
    receiving: set[tuple[str, str]] = field(default_factory=set)

    async def list(self) -> tuple[Sequence[Stream], str]:
        return tuple(self.streams.values()), "cursor"

    async def get(self, tenant: str, stream_id: str) -> Stream | None:
        found = self.streams.get(stream_id)
        return found if found is not None and found.tenant == tenant else None

    async def receives(self, tenant: str, stream_id: str) -> bool:
        return (tenant, stream_id) in self.receiving


@dataclass
class MemoryAuthorities:
    """The tenants that assign their people's addresses."""

    tenants: set[str] = field(default_factory=set)

    async def all(self) -> frozenset[str]:
        return frozenset(self.tenants)


class Transmitter:
    """Everything but sockets; `restarted` is what a new process over the same storage sees."""

    def __init__(self, log: MemoryEventLog, deliveries: MemoryDeliveries) -> None:
        self.log, self.deliveries = log, deliveries
        self.signing, self.directory = CountingSigning(), MemoryDirectory()
        self.encryption = CountingEncryption()
        self.authorities = MemoryAuthorities()
        self.outboxes = Outboxes(epoch="epoch", end=len(log.events))
        self.settle = Settle(self.outboxes, deliveries)
        self.load = LoadPending(self.outboxes, deliveries)
        self.prepare = PrepareSets("epoch", deliveries, self.signing, self.encryption)
        growth, closed = Growth(), ClosedTenants()
        self.keep_streams = KeepStreams(
            self.directory,
            self.outboxes,
            deliveries,
            self.settle,
            self.load,
            growth,
            MemoryResets(deliveries),
            closed,
        )
        self.reset_stream = ResetStream(self.directory, self.outboxes, self.keep_streams)
        self.read_events = ReadEvents(MemoryLoggedEvents(deliveries), self.outboxes)
        self.close_tenants = CloseTenants(closed, growth, self.keep_streams)
        self.take_in = TakeInChanges(log, self.outboxes, growth, self.authorities, closed)
        self.publish = PublishEvents(log, self.outboxes, growth, closed)
        self.take_snapshots = TakeSnapshots(
            MemorySnapshots(deliveries), deliveries, self.outboxes, growth
        )
        self.begin_snapshot = BeginSnapshot(
            self.directory, self.outboxes, self.keep_streams, self.take_snapshots
        )
        self.erase_events = EraseEvents(
            MemoryErasing(deliveries), self.outboxes, self.settle, growth
        )
        letters = MemoryDeadLetters(deliveries)
        self.restate = Restate(letters, self.outboxes, growth)
        self.replay = ReplayDeadLetters(letters, self.outboxes, self.settle, growth, self.restate)
        self.route_sets = RouteSets(log, self.outboxes, growth, closed, clock=lambda: NOW)
        self.acknowledge = TakeAcknowledgements("epoch", self.settle)
        self.hand_out = HandOut(self.load, self.prepare, visibility=60, most_bytes=4096)

    async def restarted(self) -> "Transmitter":
        """Return a new process, which has listed the same streams."""
        fresh = Transmitter(self.log, self.deliveries)
        fresh.signing.signed = self.signing.signed
        fresh.encryption.keys |= self.encryption.keys
        fresh.encryption.encrypted = self.encryption.encrypted
        fresh.directory.streams = self.directory.streams
        await fresh.keep_streams.list_all()
        return fresh

    async def configure(self, *streams: Stream) -> None:
        """Let the registrar have these streams, and the journal tell of it."""
        for stream in streams:
            self.directory.streams[stream.stream_id] = stream
        await self.keep_streams.look_again([(one.tenant, one.stream_id) for one in streams])

    async def happen(self, *events: Event) -> set[str]:
        """Let the store's feed tell of these events."""
        changes = [Change(event, activation=None, routed=False) for event in events]
        return await self.take_in(changes, feed_cursor="later")

    def outbox(self, stream: Stream) -> Outbox:
        found = self.outboxes.get(stream.stream_id)
        assert found is not None
        return found


def a_transmitter() -> Transmitter:
    """Return a transmitter with an empty log and no streams."""
    log = MemoryEventLog()
    return Transmitter(log, MemoryDeliveries(log))
