"""What becomes of a SET that was pushed (RFC 8935)."""

from dataclasses import replace

import pytest
from support.transmitter_events import NOW, a_stream, an_event
from support.transmitter_in_memory import Transmitter, a_transmitter

from secevent.push import Accepted, Outcome, Refused, Unauthorized, Unreachable
from set_transmitter.commands.conclude_push import ConcludePush, Moment, Trouble
from set_transmitter.domain.backlog import Pending
from set_transmitter.domain.dead_letters import UNDELIVERED
from set_transmitter.domain.patience import Patience

STREAM = a_stream()
AT = Moment(monotonic=100.0, wall=NOW, jitter=0.0)
PATIENCE = Patience(attempts=3, seconds=60.0, refused_seconds=600.0)
AWAY = Unreachable("The recipient answered 500.", None)


@pytest.fixture
async def transmitter() -> Transmitter:
    transmitter = a_transmitter()
    await transmitter.configure(STREAM)
    await transmitter.happen(an_event(), an_event(kind="patch"), an_event(subject_uri="/Users/b"))
    return transmitter


async def taken(transmitter: Transmitter, *, at: float = 100.0) -> list[Pending]:
    outbox = transmitter.outbox(STREAM)
    pending = outbox.backlog.take(9, now=at)
    await transmitter.prepare(outbox, pending, now=1.0)
    return pending


async def first_taken(transmitter: Transmitter, *, at: float = 1000.0) -> Pending:
    first, *others = await taken(transmitter, at=at)
    for other in others:
        transmitter.outbox(STREAM).backlog.release(other)
    return first


def conclude(transmitter: Transmitter, pending: Pending, outcome: Outcome) -> Trouble | None:
    return conclude_at(transmitter, pending, outcome, at=AT.monotonic)


def conclude_at(
    transmitter: Transmitter, pending: Pending, outcome: Outcome, *, at: float
) -> Trouble | None:
    command = ConcludePush(transmitter.settle, PATIENCE)
    moment = replace(AT, monotonic=at)
    return command(transmitter.outbox(STREAM), pending, outcome=outcome, at=moment)


async def test_an_accepted_set_is_settled(transmitter: Transmitter) -> None:
    first, other = await taken(transmitter)

    trouble = conclude(transmitter, first, Accepted())

    assert trouble is None
    assert [pending.position for pending in await taken(transmitter)] == [2]
    assert other.position == 3


async def test_a_refused_set_is_set_aside_and_the_stream_goes_on(transmitter: Transmitter) -> None:
    first, _ = await taken(transmitter)

    trouble = conclude(transmitter, first, Refused("invalid_request", "what is that?"))
    await transmitter.settle.flush()

    (letter,) = await transmitter.deliveries.dead_letters("default", None)
    assert trouble is None
    assert (letter.err, letter.description) == ("invalid_request", "what is that?")
    assert [pending.position for pending in await taken(transmitter)] == [2]


@pytest.mark.parametrize("err", ["invalid_key", "access_denied"])
async def test_a_refusal_that_time_may_mend_is_tried_for_a_while(
    err: str, transmitter: Transmitter
) -> None:
    counts = []
    for at in (100.0, 101.0, 400.0, 699.0, 700.0):
        first = await first_taken(transmitter)
        assert conclude_at(transmitter, first, Refused(err, ""), at=at) is None
        counts.append(transmitter.outbox(STREAM).dead_letters)

    assert counts == [0, 0, 0, 0, 1]


async def test_a_pause_of_the_process_is_no_trying(transmitter: Transmitter) -> None:
    for at in (100.0, 9999.0):
        first = await first_taken(transmitter, at=99_999.0)
        conclude_at(transmitter, first, Refused("invalid_key", ""), at=at)

    assert transmitter.outbox(STREAM).dead_letters == 0


@pytest.mark.parametrize("err", ["invalid_issuer", "invalid_audience"])
async def test_a_run_of_misdirected_sets_is_the_streams_fault(
    err: str, transmitter: Transmitter
) -> None:
    await transmitter.happen(an_event(subject_uri="/Users/c"))
    troubles = []
    for _ in range(3):
        first = await first_taken(transmitter)
        troubles.append(conclude(transmitter, first, Refused(err, "not us")))

    reason = f"The receiver has refused 3 SETs in a row, the last with {err}: not us"
    assert troubles == [None, None, Trouble(reason, None, is_final=True)]
    assert transmitter.outbox(STREAM).dead_letters == 3


async def test_misdirected_sets_between_others_are_their_own_fault(
    transmitter: Transmitter,
) -> None:
    await transmitter.happen(*(an_event(subject_uri=f"/Users/{name}") for name in "cdef"))
    outcomes = [Refused("invalid_issuer", ""), Refused("invalid_issuer", ""), Accepted()]

    troubles = [
        conclude(transmitter, pending, outcomes[number % 3])
        for number, pending in enumerate(await taken(transmitter))
    ]

    assert len(troubles) == 6
    assert set(troubles) == {None}


async def test_what_fails_while_others_are_accepted_is_given_up_one_day(
    transmitter: Transmitter,
) -> None:
    first, other = await taken(transmitter)
    conclude_at(transmitter, first, AWAY, at=100.0)
    conclude_at(transmitter, other, Accepted(), at=101.0)
    counts = []
    for at in (159.0, 159.5, 160.0):
        assert (await first_taken(transmitter, at=1000.0)) is first
        trouble = conclude_at(transmitter, first, AWAY, at=at)
        assert trouble == Trouble(AWAY.reason, None)
        counts.append(transmitter.outbox(STREAM).dead_letters)
    await transmitter.settle.flush()

    assert counts == [0, 0, 1]
    (letter,) = await transmitter.deliveries.dead_letters("default", None)
    assert (letter.err, letter.description) == (UNDELIVERED, AWAY.reason)


@pytest.mark.parametrize("outcome", [AWAY, Unauthorized("who are you?")])
async def test_a_stream_of_which_nothing_is_accepted_is_held_one_day(
    outcome: Outcome, transmitter: Transmitter
) -> None:
    finals = []
    for at in (100.0, 130.0, 159.0, 160.0):
        pending = await first_taken(transmitter)
        trouble = conclude_at(transmitter, pending, outcome, at=at)
        assert trouble is not None
        finals.append(trouble.is_final)

    assert finals == [False, False, False, True]
    assert transmitter.outbox(STREAM).dead_letters == 0


async def test_an_acceptance_begins_the_budget_anew(transmitter: Transmitter) -> None:
    first, other = await taken(transmitter)
    conclude_at(transmitter, first, AWAY, at=100.0)
    conclude_at(transmitter, first, AWAY, at=130.0)
    conclude_at(transmitter, other, Accepted(), at=140.0)
    course = transmitter.outbox(STREAM).course

    assert (course.failures, course.last_accepted) == (0, 140.0)


@pytest.mark.parametrize(
    ("outcome", "trouble"),
    [
        pytest.param(
            Unreachable("The recipient answered 503.", 7.0),
            Trouble("The recipient answered 503.", 7.0),
            id="unreachable",
        ),
        pytest.param(
            Unauthorized("who are you?"),
            Trouble("The receiver refuses our credentials: who are you?", None),
            id="unauthorized",
        ),
    ],
)
async def test_the_stream_is_in_trouble_when_the_receiver_is(
    outcome: Outcome, trouble: Trouble, transmitter: Transmitter
) -> None:
    first, _ = await taken(transmitter)

    assert conclude(transmitter, first, outcome) == trouble
    assert transmitter.outbox(STREAM).last_error == trouble.reason


async def test_a_set_that_failed_lets_other_subjects_go_first(transmitter: Transmitter) -> None:
    first, other = await taken(transmitter)
    transmitter.outbox(STREAM).backlog.release(other)

    conclude(transmitter, first, Unreachable("The recipient answered 500.", None))

    assert await taken(transmitter) == [other]
    assert await taken(transmitter, at=100.25) == [first]


async def test_success_ends_the_trouble(transmitter: Transmitter) -> None:
    first, other = await taken(transmitter)
    conclude(transmitter, first, Unreachable("The recipient answered 500.", None))

    conclude(transmitter, other, Accepted())

    assert transmitter.outbox(STREAM).last_error == ""


async def test_every_attempt_sends_the_same_bytes(transmitter: Transmitter) -> None:
    first, _ = await taken(transmitter)
    sent = first.jwt
    conclude(transmitter, first, Unreachable("The recipient answered 500.", None))

    again, *_ = await taken(await transmitter.restarted())

    assert (again.position, again.jwt) == (1, sent)
