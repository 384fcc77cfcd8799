"""What becomes of events that are on their way when their resource is erased."""

import pytest
from support.transmitter_events import NOW, a_stream, an_event
from support.transmitter_in_memory import Transmitter, a_transmitter

from secevent.caep_events import SESSION_REVOKED
from secevent.risc_events import ACCOUNT_PURGED, RECOVERY_INFORMATION_CHANGED
from set_transmitter.domain.backlog import Pending, Standing
from set_transmitter.domain.erasures import Erasure, Removed
from set_transmitter.domain.events import Change, Event, events_of
from set_transmitter.domain.outbox import Outbox
from set_transmitter.domain.persons import PersonChange
from set_transmitter.domain.streams import SubjectFormat

STREAM = a_stream()
ERASURE = Erasure("default", "ann", through=NOW)
DELETION = an_event(kind="delete", data=None, attributes=())
SCRUBBED = an_event(kind="delete", data=None, attributes=(), external_id="")


@pytest.fixture
async def transmitter() -> Transmitter:
    made = a_transmitter()
    await made.configure(STREAM)
    await made.happen(an_event(), an_event(kind="patch"), an_event(subject_uri="/Users/bob"))
    await made.happen(DELETION)
    return made


def take(outbox: Outbox) -> list[Pending]:
    return outbox.backlog.take(10, now=0)


def told(pending: list[Pending]) -> list[Event]:
    return [each.logged.event for each in pending]


async def test_what_waits_is_dropped_in_favour_of_the_deletion(transmitter: Transmitter) -> None:
    removed = await transmitter.erase_events(ERASURE)

    outbox = transmitter.outbox(STREAM)
    assert told(take(outbox)) == [an_event(subject_uri="/Users/bob"), SCRUBBED]
    assert outbox.pending == 2
    assert removed == Removed(events=2, sets=0, dead_letters=0)


async def test_a_new_process_finds_the_same(transmitter: Transmitter) -> None:
    await transmitter.erase_events(ERASURE)

    outbox = (await transmitter.restarted()).outbox(STREAM)

    assert told(take(outbox)) == [an_event(subject_uri="/Users/bob"), SCRUBBED]


@pytest.mark.parametrize("is_parked", [True, False], ids=["it fails", "it is not sent"])
async def test_what_is_being_sent_is_not_sent_again(
    transmitter: Transmitter, is_parked: bool
) -> None:
    outbox = transmitter.outbox(STREAM)
    sending, bob = take(outbox)
    await transmitter.prepare(outbox, [sending], now=0)

    await transmitter.erase_events(ERASURE)

    assert take(outbox) == []
    if is_parked:
        outbox.backlog.park(sending, until=5)
        assert take(outbox) == []
        assert told(outbox.backlog.take(10, now=5)) == [SCRUBBED]
    else:
        outbox.backlog.release(sending)
        assert told(take(outbox)) == [SCRUBBED]
    assert sending.standing is Standing.SETTLED
    assert bob.standing is Standing.TAKEN


async def test_the_deletion_follows_what_is_acknowledged(transmitter: Transmitter) -> None:
    outbox = transmitter.outbox(STREAM)
    sending, _ = take(outbox)
    await transmitter.prepare(outbox, [sending], now=0)
    await transmitter.erase_events(ERASURE)

    transmitter.settle.acknowledge(outbox, sending)

    assert told(take(outbox)) == [SCRUBBED]


async def test_a_probe_in_trouble_sends_the_deletion_instead(transmitter: Transmitter) -> None:
    outbox = transmitter.outbox(STREAM)
    sending, _ = take(outbox)
    outbox.backlog.park(sending, until=1000)

    await transmitter.erase_events(ERASURE)

    probe = outbox.backlog.take_parked()
    assert probe is not None
    assert probe.logged.event == SCRUBBED


async def test_a_deletion_that_failed_is_signed_without_the_external_id(
    transmitter: Transmitter,
) -> None:
    outbox = transmitter.outbox(STREAM)
    for _ in range(2):
        sending = take(outbox)[0]
        await transmitter.prepare(outbox, [sending], now=0)
        transmitter.settle.acknowledge(outbox, sending)
    (deletion,) = take(outbox)
    await transmitter.prepare(outbox, [deletion], now=0)

    await transmitter.erase_events(ERASURE)
    outbox.backlog.release(deletion)

    (again,) = take(outbox)
    assert (again.jwt, again.logged.event) == (None, SCRUBBED)


async def test_what_was_read_before_and_comes_after_is_not_logged(
    transmitter: Transmitter,
) -> None:
    await transmitter.erase_events(ERASURE)

    await transmitter.happen(an_event(kind="patch"), an_event(origin_clock=NOW + 1), DELETION)

    logged = [each.event for each in transmitter.log.events[6:]]
    assert logged[:2] == [an_event(origin_clock=NOW + 1), SCRUBBED]
    assert [event.topic for event in logged[2:]] == [ACCOUNT_PURGED, SESSION_REVOKED]


def test_of_an_erased_change_nothing_is_told_unless_it_is_a_deletion() -> None:
    assert events_of(Change(an_event(), None, routed=False, erased=True)) == []
    assert events_of(Change(SCRUBBED, None, routed=False, erased=True)) == [SCRUBBED]


async def test_that_the_sessions_have_ended_is_told_without_the_address() -> None:
    transmitter = a_transmitter()
    signals = frozenset({SESSION_REVOKED, ACCOUNT_PURGED, RECOVERY_INFORMATION_CHANGED})
    stream = a_stream(events_delivered=signals, subject_format=SubjectFormat.EMAIL)
    await transmitter.configure(stream)
    moved = PersonChange(
        email_changed=True, email_before="a@example.com", email_after="b@x.example"
    )
    patched = Change(an_event(kind="patch"), activation=None, routed=False, person=moved)
    deleted = Change(DELETION, activation=None, routed=False, person=moved)
    await transmitter.take_in([patched, deleted], feed_cursor="2")

    await transmitter.erase_events(ERASURE)

    outbox = transmitter.outbox(stream)
    (purged,) = take(outbox)
    outbox.backlog.settle(purged)
    (revoked,) = take(outbox)
    assert [one.logged.event.event_type for one in (purged, revoked)] == [
        ACCOUNT_PURGED,
        SESSION_REVOKED,
    ]
    assert {one.logged.event.subject for one in (purged, revoked)} == {None}
    assert outbox.pending == 1
    topics = [one.event.topic for one in transmitter.log.events]
    assert topics == ["erased", "erased", "delete", ACCOUNT_PURGED, SESSION_REVOKED]
