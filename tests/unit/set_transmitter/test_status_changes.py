"""Changing a stream's status of the transmitter's own accord (SSF 1.0 sections 8.1.1 and 8.1.5)."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from support.memory_event_log import MemoryStreamEvents
from support.transmitter_events import NOW, a_stream, an_announcement
from support.transmitter_in_memory import Transmitter, a_transmitter

from set_transmitter.commands.announce_status import AnnounceStatus
from set_transmitter.commands.begin_snapshot import UnknownStreamError
from set_transmitter.commands.growth import Growth
from set_transmitter.commands.make_status_changes import GRACE, MakeStatusChanges
from set_transmitter.commands.pause_inactive import PauseInactive
from set_transmitter.domain.contacts import Contacts
from set_transmitter.domain.stream_events import StatusChange
from set_transmitter.domain.streams import DeliveryMethod, Stream, StreamStatus

STREAM = a_stream()
PAUSED, ENABLED = StreamStatus.PAUSED, StreamStatus.ENABLED
SECOND = 1_000_000


@dataclass
class Statuses:
    """The registrar's: what was set, and how long each stream has not been managed."""

    made: list[StatusChange] = field(default_factory=list)
    unmanaged: dict[str, int] = field(default_factory=dict)

    async def set(self, change: StatusChange) -> None:
        self.made.append(change)

    async def unmanaged_seconds(self, tenant: str, stream_id: str) -> int:
        assert tenant == "default"
        return self.unmanaged.get(stream_id, 0)


class Parts:
    """The commands over one transmitter."""

    def __init__(self, transmitter: Transmitter) -> None:
        self.transmitter = transmitter
        self.statuses, self.contacts = Statuses(), Contacts()
        self.stream_events = MemoryStreamEvents(transmitter.log)
        outboxes = transmitter.outboxes
        self.announce = AnnounceStatus(self.stream_events, outboxes, Growth(), lambda: "txn")
        self.make = MakeStatusChanges(self.stream_events, self.statuses, outboxes)
        self.pause = PauseInactive(outboxes, self.contacts, self.statuses, self.announce, began=NOW)

    async def ask(self, status: StreamStatus, *, reason: str = "upgrade") -> set[str]:
        return await self.announce("default", STREAM.stream_id, status, reason=reason, now=NOW)

    def events(self) -> Sequence[bytes | None]:
        return [logged.event.data for logged in self.transmitter.log.events]


@pytest.fixture
async def parts() -> Parts:
    transmitter = a_transmitter()
    await transmitter.configure(STREAM)
    return Parts(transmitter)


async def test_a_change_waits_until_its_receiver_was_told(parts: Parts) -> None:
    assert await parts.ask(PAUSED) == {STREAM.stream_id}
    assert await parts.make(now=NOW) is True
    assert parts.statuses.made == []

    outbox = parts.transmitter.outbox(STREAM)
    (told,) = outbox.backlog.take(1, now=0)
    outbox.backlog.settle(told)

    assert await parts.make(now=NOW) is False
    change, _ = an_announcement(STREAM)
    assert parts.statuses.made == [change]
    assert list(await parts.stream_events.announced()) == []


async def test_a_change_does_not_wait_for_a_receiver_that_cannot_be_reached(parts: Parts) -> None:
    await parts.ask(PAUSED)

    assert await parts.make(now=NOW + GRACE) is False

    assert [change.status for change in parts.statuses.made] == [PAUSED]
    assert parts.transmitter.outbox(STREAM).pending == 1


async def test_a_stream_that_sends_nothing_is_enabled_at_once(parts: Parts) -> None:
    await parts.transmitter.configure(a_stream(status=PAUSED))
    await parts.ask(ENABLED, reason="")

    assert await parts.make(now=NOW) is False

    (change,) = parts.statuses.made
    assert (change.status, change.expected) == (ENABLED, PAUSED)
    assert parts.events() == [b'{"status":"enabled"}']


async def test_what_a_stream_has_already_is_not_announced(parts: Parts) -> None:
    assert await parts.ask(ENABLED) == set()

    assert parts.events() == []


@pytest.mark.parametrize(
    ("tenant", "stream_id"), [("default", "unknown"), ("other", STREAM.stream_id)]
)
async def test_another_tenants_stream_is_unknown(parts: Parts, tenant: str, stream_id: str) -> None:
    with pytest.raises(UnknownStreamError):
        await parts.announce(tenant, stream_id, PAUSED, reason="", now=NOW)


def timed(method: DeliveryMethod) -> Stream:
    return a_stream(method=method, inactivity_timeout=60)


@pytest.mark.parametrize(
    ("method", "unmanaged", "polled"),
    [
        (DeliveryMethod.PUSH, 59, 0),
        (DeliveryMethod.POLL, 59, 0),
        (DeliveryMethod.POLL, 600, NOW + 541 * SECOND),
    ],
    ids=["managed, push", "managed, poll", "polled"],
)
async def test_a_stream_in_use_is_not_paused(
    parts: Parts, method: DeliveryMethod, unmanaged: int, polled: int
) -> None:
    await parts.transmitter.configure(timed(method))
    parts.statuses.unmanaged[STREAM.stream_id] = unmanaged
    parts.contacts.note(STREAM.stream_id, at=polled)

    assert await parts.pause(now=NOW + 600 * SECOND) == set()


async def test_a_takeover_does_not_forget_polls_that_it_has_not_seen(parts: Parts) -> None:
    await parts.transmitter.configure(timed(DeliveryMethod.POLL))
    parts.statuses.unmanaged[STREAM.stream_id] = 600

    assert await parts.pause(now=NOW + 59 * SECOND) == set()


@pytest.mark.parametrize("method", list(DeliveryMethod))
async def test_a_stream_that_nobody_uses_is_paused_and_its_receiver_told(
    parts: Parts, method: DeliveryMethod
) -> None:
    await parts.transmitter.configure(timed(method))
    parts.statuses.unmanaged[STREAM.stream_id] = 60
    assert parts.pause.is_any_timed

    told = await parts.pause(now=NOW + 60 * SECOND)

    assert told == {STREAM.stream_id}
    reason = b"inactive for 60 s (inactivity_timeout)"
    assert parts.events() == [b'{"status":"paused","reason":"' + reason + b'"}']


async def test_the_registrar_is_not_asked_before_a_stream_can_be_inactive(parts: Parts) -> None:
    await parts.transmitter.configure(timed(DeliveryMethod.PUSH))
    parts.statuses.unmanaged[STREAM.stream_id] = 20
    assert await parts.pause(now=NOW) == set()
    parts.statuses.unmanaged[STREAM.stream_id] = 60

    too_soon = await parts.pause(now=NOW + 39 * SECOND)

    assert too_soon == set()
    assert await parts.pause(now=NOW + 40 * SECOND) == {STREAM.stream_id}


async def test_without_a_timeout_no_stream_is_paused(parts: Parts) -> None:
    parts.statuses.unmanaged[STREAM.stream_id] = 10**6

    assert not parts.pause.is_any_timed
    assert await parts.pause(now=NOW + 10**12) == set()


def test_a_contact_is_remembered_as_long_as_its_stream_is_there() -> None:
    contacts = Contacts()
    contacts.note("a", at=5)
    contacts.note("b", at=6)

    contacts.keep_only({"b"})

    assert (contacts.last("a"), contacts.last("b")) == (0, 6)
