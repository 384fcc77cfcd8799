"""What becomes of a SET that was pushed (RFC 8935)."""

import pytest
from support.transmitter_events import NOW, a_stream, an_event
from support.transmitter_in_memory import Transmitter, a_transmitter

from secevent.push import Accepted, Outcome, Refused, Unauthorized, Unreachable
from set_transmitter.commands.conclude_push import ConcludePush, Moment, Trouble
from set_transmitter.domain.backlog import Pending

STREAM = a_stream()
AT = Moment(monotonic=100.0, wall=NOW, jitter=0.0)


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


def conclude(transmitter: Transmitter, pending: Pending, outcome: Outcome) -> Trouble | None:
    command = ConcludePush(transmitter.settle)
    return command(transmitter.outbox(STREAM), pending, outcome=outcome, at=AT)


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


async def test_a_refusal_that_time_may_mend_is_set_aside_at_the_third_time(
    transmitter: Transmitter,
) -> None:
    counts = []
    for _ in range(3):
        first = (await taken(transmitter, at=1000.0))[0]
        assert conclude(transmitter, first, Refused("invalid_key", "")) is None
        counts.append(transmitter.outbox(STREAM).dead_letters)

    assert counts == [0, 0, 1]


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
