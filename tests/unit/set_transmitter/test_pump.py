"""Pushing a stream's SETs while what the transmitter stands on fails."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace

import pytest
from support.eventually import eventually
from support.memory_event_log import MemoryDeliveries, MemoryEventLog, MemoryStreamEvents
from support.transmitter_events import a_stream, an_event
from support.transmitter_in_memory import Transmitter

from secevent.push import Accepted, Outcome, Unreachable
from servicekit.failures import StorageError
from servicekit.signals import News
from set_transmitter.commands.announce_status import AnnounceStatus
from set_transmitter.commands.conclude_push import ConcludePush
from set_transmitter.commands.growth import Growth
from set_transmitter.commands.hold_stream import HoldStream
from set_transmitter.domain.backlog import Pending
from set_transmitter.domain.events import Event, LoggedEvent
from set_transmitter.domain.patience import Patience
from set_transmitter.domain.stream_events import StatusChange
from set_transmitter.domain.streams import Stream, StreamStatus
from set_transmitter.entrypoints.holding import Holding
from set_transmitter.entrypoints.pump import Pump, PushSteps
from set_transmitter.entrypoints.stream_news import StreamNews

STREAM = a_stream()
PATIENCE = Patience(attempts=2, seconds=0, refused_seconds=0)


@dataclass
class FullDeliveries(MemoryDeliveries):
    """A database that has no room, until it has."""

    is_full: bool = True

    async def keep(self, stream_id: str, jwts: Mapping[int, str]) -> None:
        if self.is_full:
            raise StorageError("nothing was stored: database or disk is full")
        await super().keep(stream_id, jwts)


@dataclass
class ForgetfulDeliveries(MemoryDeliveries):
    """A database that keeps what it is given, and at first does not say so."""

    is_silent: bool = True

    async def keep(self, stream_id: str, jwts: Mapping[int, str]) -> None:
        await super().keep(stream_id, jwts)
        if self.is_silent:
            self.is_silent = False
            raise StorageError("the database could not do it: AutoReconnect")


@dataclass
class FullStreamEvents(MemoryStreamEvents):
    """A database that has room at the second time that it is asked."""

    asked: list[StatusChange] = field(default_factory=list)

    async def announce(self, change: StatusChange, event: Event) -> LoggedEvent:
        self.asked.append(change)
        if len(self.asked) == 1:
            raise StorageError("nothing was stored: database or disk is full")
        return await super().announce(change, event)


def holding_of(transmitter: Transmitter, stream_events: FullStreamEvents) -> Holding:
    announce = AnnounceStatus(stream_events, transmitter.outboxes, Growth(), lambda: "txn")
    return Holding(HoldStream(announce), StreamNews())


def no_holding(transmitter: Transmitter) -> Holding:
    return holding_of(transmitter, FullStreamEvents(transmitter.log))


@dataclass
class ClosedReceiver:
    """Is away until it is open."""

    is_open: bool = False
    sent: list[str] = field(default_factory=list)

    async def send(self, _stream: Stream, pending: Pending) -> Outcome:
        self.sent.append(pending.subject_uri)
        return Accepted() if self.is_open else Unreachable("nobody there", None)


class AcceptingReceiver:
    """Accepts whatever is pushed."""

    async def send(self, _stream: Stream, _pending: Pending) -> Outcome:
        return Accepted()


@pytest.fixture
def deliveries() -> FullDeliveries:
    return FullDeliveries(MemoryEventLog())


@pytest.fixture
async def transmitter(deliveries: FullDeliveries) -> Transmitter:
    transmitter = Transmitter(deliveries.log, deliveries)
    await transmitter.configure(STREAM)
    await transmitter.happen(an_event())
    return transmitter


async def test_a_full_database_is_trouble_that_passes(
    transmitter: Transmitter, deliveries: FullDeliveries
) -> None:
    outbox = transmitter.outbox(STREAM)
    steps = PushSteps(
        transmitter.load,
        transmitter.prepare,
        AcceptingReceiver(),
        ConcludePush(transmitter.settle, PATIENCE),
        no_holding(transmitter),
        parallel=2,
    )
    pumping = asyncio.create_task(Pump(outbox, steps, news=News()).run())

    await eventually(lambda: "disk is full" in outbox.last_error)
    deliveries.is_full = False
    await eventually(lambda: outbox.acknowledged == 1)

    assert outbox.last_error == ""
    pumping.cancel()
    with suppress(asyncio.CancelledError):
        await pumping


async def test_what_may_have_been_kept_is_what_is_sent() -> None:
    deliveries = ForgetfulDeliveries(MemoryEventLog())
    transmitter = Transmitter(deliveries.log, deliveries)
    await transmitter.configure(STREAM)
    await transmitter.happen(an_event())
    outbox = transmitter.outbox(STREAM)
    taken = outbox.backlog.take(1, now=0)
    with pytest.raises(StorageError):
        await transmitter.prepare(outbox, taken, now=0)

    await transmitter.prepare(outbox, taken, now=1)

    assert taken[0].jwt == deliveries.jwts[STREAM.stream_id, 1]


async def test_a_stream_that_nobody_takes_is_held_and_goes_on_once_it_is_enabled() -> None:
    deliveries = MemoryDeliveries(MemoryEventLog())
    transmitter = Transmitter(deliveries.log, deliveries)
    await transmitter.configure(STREAM)
    await transmitter.happen(an_event(), an_event(subject_uri="/Users/b"))
    outbox, news = transmitter.outbox(STREAM), News()
    receiver, stream_events = ClosedReceiver(), FullStreamEvents(deliveries.log)
    conclude = ConcludePush(transmitter.settle, PATIENCE)
    steps = PushSteps(
        transmitter.load,
        transmitter.prepare,
        receiver,
        conclude,
        holding_of(transmitter, stream_events),
        parallel=2,
    )
    pumping = asyncio.create_task(Pump(outbox, steps, news=news).run())

    await eventually(lambda: len(stream_events.asked) == 2)
    (_, change) = stream_events.asked
    sent = len(receiver.sent)
    await eventually(lambda: len(receiver.sent) > sent)
    await transmitter.configure(replace(STREAM, status=change.status))
    news.publish()
    assert (change.status, change.reason) == (
        StreamStatus.PAUSED,
        "held by the transmitter: nobody there",
    )
    assert len(stream_events.asked) == 2
    assert (outbox.pending, outbox.dead_letters) == (3, 0)
    receiver.is_open = True
    await transmitter.configure(STREAM)
    news.publish()
    await eventually(lambda: outbox.acknowledged == 3)

    assert outbox.last_error == ""
    assert outbox.course.failures == 0
    pumping.cancel()
    with suppress(asyncio.CancelledError):
        await pumping
