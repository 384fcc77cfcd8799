"""What a stream's receiver is told of the stream itself (SSF 1.0 sections 8.1.4 and 8.1.5)."""

import pytest
from support.memory_event_log import MemoryStreamEvents
from support.transmitter_events import (
    NOW,
    a_request,
    a_stream,
    an_announcement,
    an_event,
    created_at,
    logged,
)
from support.transmitter_in_memory import Transmitter, a_transmitter

from secevent.ssf_events import STREAM_UPDATED, VERIFICATION
from secevent.token import SecurityEventToken
from set_transmitter.commands.answer_verifications import AnswerVerifications
from set_transmitter.commands.growth import Growth
from set_transmitter.domain.closed_tenants import ClosedTenants
from set_transmitter.domain.stream_events import verification_event
from set_transmitter.domain.streams import Stream, StreamStatus
from set_transmitter.domain.tokens import event_type, security_event_token

STREAM = a_stream(events_delivered=frozenset())


def answering(transmitter: Transmitter) -> AnswerVerifications:
    stream_events = MemoryStreamEvents(transmitter.log)
    return AnswerVerifications(
        transmitter.log, stream_events, transmitter.outboxes, Growth(), ClosedTenants()
    )


def states_pending(transmitter: Transmitter, stream: Stream) -> list[bytes | None]:
    taken = transmitter.outbox(stream).backlog.take(10, now=0)
    return [pending.logged.event.data for pending in taken]


@pytest.mark.parametrize(
    ("state", "payload"), [("any \u2028", {"state": "any \u2028"}), (None, {}), ("", {"state": ""})]
)
def test_a_verification_echoes_the_state_to_the_streams_subject(
    state: str | None, payload: dict[str, str]
) -> None:
    event = verification_event(a_request(state=state))

    token = security_event_token(event, STREAM, jti="jti", iat=7)

    assert token == SecurityEventToken(
        iss=STREAM.iss,
        iat=7,
        jti="jti",
        aud=STREAM.aud,
        sub_id={"format": "opaque", "id": STREAM.stream_id},
        events={VERIFICATION: payload},
        txn="txn-v",
        provenance=None,
    )
    assert event_type(event, STREAM) == VERIFICATION


@pytest.mark.parametrize(
    ("reason", "payload"),
    [("upgrade", {"status": "paused", "reason": "upgrade"}), ("", {"status": "paused"})],
)
def test_a_change_of_status_is_told_with_its_reason(reason: str, payload: dict[str, str]) -> None:
    _, event = an_announcement(reason=reason)

    token = security_event_token(event, STREAM, jti="jti", iat=7)

    assert token.events == {STREAM_UPDATED: payload}
    assert event_type(event, STREAM) == STREAM_UPDATED


def test_what_is_of_a_stream_is_of_the_streams_time() -> None:
    """A clock that is behind the registrar's does not keep the event from its stream."""
    stream = a_stream(created=created_at(NOW + 5))

    _, event = an_announcement(stream)

    assert stream.has_begun_for(event)


async def test_a_request_is_answered_for_a_stream_that_delivers_nothing_else() -> None:
    transmitter = a_transmitter()
    await transmitter.configure(STREAM)

    told = await answering(transmitter)([a_request()], journal_cursor="1")

    assert told == {STREAM.stream_id}
    assert states_pending(transmitter, STREAM) == [b'{"state":"a state"}']


async def test_a_request_is_found_by_a_stream_that_is_known_later() -> None:
    transmitter = a_transmitter()
    await answering(transmitter)([a_request()], journal_cursor="1")

    await transmitter.configure(STREAM)

    assert states_pending(transmitter, STREAM) == [b'{"state":"a state"}']


async def test_a_disabled_stream_drops_what_was_requested() -> None:
    transmitter = a_transmitter()
    await transmitter.configure(STREAM)
    await answering(transmitter)([a_request()], journal_cursor="1")

    await transmitter.configure(
        a_stream(events_delivered=frozenset(), status=StreamStatus.DISABLED)
    )

    assert transmitter.outbox(STREAM).pending == 0


async def test_an_append_that_nobody_was_told_of_is_told_with_the_next_one() -> None:
    """The outcome of a commit may be unknown, and another append come after it."""
    transmitter, stream = a_transmitter(), a_stream()
    await transmitter.configure(stream)
    await transmitter.log.append([an_event(txn="unknown")], feed_cursor="1")

    told = await answering(transmitter)([a_request()], journal_cursor="1")
    await transmitter.load(transmitter.outbox(stream))

    assert told == {stream.stream_id}
    taken = transmitter.outbox(stream).backlog.take(10, now=0)
    assert [pending.logged.event.txn for pending in taken] == ["unknown", "txn-v"]


async def test_a_stream_has_settled_what_is_neither_pending_nor_ahead() -> None:
    transmitter, stream = a_transmitter(), a_stream()
    await transmitter.configure(stream)
    await transmitter.happen(an_event(), an_event(subject_uri="/Users/ben"))
    outbox = transmitter.outbox(stream)
    (first, _) = outbox.backlog.take(2, now=0)
    outbox.backlog.settle(first)
    assert [outbox.has_settled(position) for position in (1, 2)] == [True, False]

    outbox.fall_behind(2)
    outbox.offer(logged(3))

    assert not outbox.has_settled(3)
