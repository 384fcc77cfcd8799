"""Telling a stream again what was set aside."""

import asyncio
from typing import Any

import pytest
from support.eventually import eventually
from support.transmitter_events import NOW, a_stream, an_event
from support.transmitter_in_memory import Transmitter, a_transmitter

from secevent.poll import SetErr
from secevent.scim_events import PATCH_FULL
from set_transmitter.commands.restate import RestateError
from set_transmitter.domain.dead_letters import (
    InvalidPlaceError,
    LetterPlace,
    NotReplayableError,
    UnknownLetterError,
    parsed_place,
)
from set_transmitter.domain.identifiers import jti_of
from set_transmitter.domain.streams import Stream, StreamStatus

STREAM = a_stream()
LATER = NOW + 60_000_000


@pytest.fixture
async def transmitter() -> Transmitter:
    return await a_configured()


async def a_configured(stream: Stream = STREAM) -> Transmitter:
    transmitter = a_transmitter()
    await transmitter.configure(stream)
    return transmitter


async def refuse(transmitter: Transmitter, position: int, **refused: Any) -> str:
    """Let the receiver refuse the SET at a position; return its id."""
    outbox = transmitter.outbox(STREAM)
    pending = outbox.backlog.take(9, now=0)
    await transmitter.prepare(outbox, pending, now=1.0)
    for each in pending:
        if each.position == position:
            error = SetErr(refused.get("err", "invalid_request"), "no")
            transmitter.settle.set_aside(outbox, each, error=error, at=NOW)
        else:
            outbox.backlog.release(each)
    await transmitter.settle.flush()
    return jti_of("epoch", position, STREAM.stream_id)


async def accept(transmitter: Transmitter) -> None:
    outbox = transmitter.outbox(STREAM)
    pending = outbox.backlog.take(9, now=0)
    await transmitter.prepare(outbox, pending, now=1.0)
    for each in pending:
        transmitter.settle.acknowledge(outbox, each)
    await transmitter.settle.flush()


def told(transmitter: Transmitter) -> list[tuple[int, str, str, str]]:
    """Return what was logged for the stream alone."""
    return [
        (one.position, one.event.kind, one.event.txn, one.only_for)
        for one in transmitter.log.events
        if one.only_for
    ]


async def answer_states(transmitter: Transmitter, *events: Any) -> None:
    """Do what the feed loop does: tell the next state that is wanted."""
    await eventually(lambda: transmitter.restate.due() is not None)
    wanted = transmitter.restate.due()
    assert wanted is not None
    await transmitter.restate.tell(wanted, events, now=LATER)


async def test_what_nothing_has_overtaken_is_told_as_it_was(transmitter: Transmitter) -> None:
    await transmitter.happen(an_event())
    letter = await refuse(transmitter, 1)

    replayed = await transmitter.replay.one("default", letter, now=LATER)

    assert (replayed.original, replayed.state, replayed.left) == (1, 0, 0)
    assert told(transmitter) == [(2, "create", "txn-1", STREAM.stream_id)]
    (pending,) = transmitter.outbox(STREAM).backlog.take(9, now=0)
    assert (pending.position, pending.logged.event.committed) == (2, LATER)


async def test_what_was_overtaken_is_told_by_the_present_state(transmitter: Transmitter) -> None:
    await transmitter.happen(an_event(), an_event(kind="patch", txn="2"))
    letter = await refuse(transmitter, 1)
    await accept(transmitter)

    replaying = asyncio.create_task(transmitter.replay.one("default", letter, now=LATER))
    await answer_states(transmitter, an_event(txn="state"))
    replayed = await replaying

    assert (replayed.original, replayed.state, replayed.left) == (0, 1, 0)
    assert told(transmitter) == [(3, "create", "state", STREAM.stream_id)]


async def test_letters_of_one_subject_are_told_together_and_in_order(
    transmitter: Transmitter,
) -> None:
    await transmitter.happen(an_event(), an_event(kind="patch", txn="2"))
    await refuse(transmitter, 1)
    await refuse(transmitter, 2)

    replayed = await transmitter.replay.all_of("default", STREAM.stream_id, now=LATER)

    assert (replayed.original, replayed.state, replayed.left) == (2, 0, 0)
    assert [(kind, txn) for _, kind, txn, _ in told(transmitter)] == [
        ("create", "txn-1"),
        ("patch", "2"),
    ]


async def test_letters_of_one_subject_share_its_state(transmitter: Transmitter) -> None:
    await transmitter.happen(*(an_event(kind="patch", txn=str(n)) for n in (1, 2, 3)))
    await refuse(transmitter, 1)
    await refuse(transmitter, 2)
    await accept(transmitter)

    all_of = transmitter.replay.all_of("default", STREAM.stream_id, now=LATER)
    replaying = asyncio.create_task(all_of)
    await answer_states(transmitter, an_event(txn="state"))

    assert (await replaying).state == 2
    assert [txn for _, _, txn, _ in told(transmitter)] == ["state"]


async def test_what_was_given_up_may_have_arrived_so_nothing_goes_before_it(
    transmitter: Transmitter,
) -> None:
    await transmitter.happen(an_event(), an_event(kind="patch", txn="2"))
    letter = await refuse(transmitter, 1)
    await refuse(transmitter, 2, err="undelivered")

    replaying = asyncio.create_task(transmitter.replay.one("default", letter, now=LATER))
    await answer_states(transmitter, an_event(txn="state"))

    assert (await replaying).left == 1
    assert [txn for _, _, txn, _ in told(transmitter)] == ["state"]


async def test_of_what_is_gone_without_a_trace_nothing_is_told(transmitter: Transmitter) -> None:
    await transmitter.happen(an_event(), an_event(kind="patch", txn="2"))
    letter = await refuse(transmitter, 1)
    await accept(transmitter)

    replaying = asyncio.create_task(transmitter.replay.one("default", letter, now=LATER))
    await answer_states(transmitter)

    assert (await replaying).left == 0
    assert told(transmitter) == []


async def test_a_state_that_cannot_be_read_leaves_the_letter(transmitter: Transmitter) -> None:
    await transmitter.happen(an_event(), an_event(kind="patch", txn="2"))
    letter = await refuse(transmitter, 1)
    await accept(transmitter)
    transmitter.restate.patience_seconds = 0.01

    with pytest.raises(RestateError, match="in time"):
        await transmitter.replay.one("default", letter, now=LATER)

    assert transmitter.restate.due() is None
    assert transmitter.outbox(STREAM).dead_letters == 1


async def test_a_subject_of_no_known_type_leaves_the_letter(transmitter: Transmitter) -> None:
    await transmitter.happen(an_event(), an_event(kind="patch", txn="2"))
    letter = await refuse(transmitter, 1)
    await accept(transmitter)

    replaying = asyncio.create_task(transmitter.replay.one("default", letter, now=LATER))
    await eventually(lambda: transmitter.restate.due() is not None)
    wanted = transmitter.restate.due()
    assert wanted is not None
    await transmitter.restate.tell(wanted, None, now=LATER)

    with pytest.raises(RestateError, match="no type that is defined here"):
        await replaying
    assert transmitter.outbox(STREAM).dead_letters == 1


async def test_a_replayed_letter_is_there_no_more(transmitter: Transmitter) -> None:
    await transmitter.happen(an_event())
    letter = await refuse(transmitter, 1)
    await transmitter.replay.one("default", letter, now=LATER)

    with pytest.raises(UnknownLetterError):
        await transmitter.replay.one("default", letter, now=LATER)

    assert len(told(transmitter)) == 1


@pytest.mark.parametrize(
    ("tenant", "letter"),
    [
        pytest.param("default", "nonsense", id="no id"),
        pytest.param("default", f"epoch-7-{STREAM.stream_id}", id="of no letter"),
        pytest.param("default", f"other-1-{STREAM.stream_id}", id="of another log"),
        pytest.param("default", "epoch-1-unknownunkno", id="of no stream"),
        pytest.param("foreign", f"epoch-1-{STREAM.stream_id}", id="of another tenant"),
    ],
)
async def test_a_letter_that_is_not_the_callers_is_not_known(
    tenant: str, letter: str, transmitter: Transmitter
) -> None:
    await transmitter.happen(an_event())
    await refuse(transmitter, 1)

    with pytest.raises(UnknownLetterError):
        await transmitter.replay.one(tenant, letter, now=LATER)


async def test_a_disabled_stream_is_told_nothing(transmitter: Transmitter) -> None:
    await transmitter.happen(an_event())
    letter = await refuse(transmitter, 1)
    await transmitter.configure(a_stream(status=StreamStatus.DISABLED))

    with pytest.raises(NotReplayableError, match="enable it first"):
        await transmitter.replay.one("default", letter, now=LATER)


async def test_a_stream_without_creations_is_told_no_state() -> None:
    transmitter = await a_configured(a_stream(events_delivered=frozenset({PATCH_FULL})))
    await transmitter.happen(an_event(kind="patch"), an_event(kind="patch", txn="2"))
    letter = await refuse(transmitter, 1)
    await accept(transmitter)

    with pytest.raises(NotReplayableError, match="create events"):
        await transmitter.replay.one("default", letter, now=LATER)

    assert transmitter.outbox(STREAM).dead_letters == 1


async def test_a_dropped_letter_is_forgotten(transmitter: Transmitter) -> None:
    await transmitter.happen(an_event(), an_event(subject_uri="/Users/b"))
    await refuse(transmitter, 1)
    await refuse(transmitter, 2)

    assert await transmitter.replay.drop("default", STREAM.stream_id, 1) == 1
    assert await transmitter.replay.drop("foreign", STREAM.stream_id, None) == 0
    assert transmitter.outbox(STREAM).dead_letters == 1


def test_a_place_is_read_back() -> None:
    place = LetterPlace(5, 7, "abc")

    assert parsed_place(place.token) == place


@pytest.mark.parametrize("token", ["", "5", "5.7", "a.b.c", "5.7.", "-1.7.abc", "²" + ".7.a"])
def test_what_is_no_place_is_refused(token: str) -> None:
    with pytest.raises(InvalidPlaceError):
        parsed_place(token)
