"""What a poll settles and is given (RFC 8936 section 2)."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from support.transmitter_events import NOW, a_stream, an_event
from support.transmitter_in_memory import Transmitter, a_transmitter

from secevent.poll import PollRequest, SetErr
from secevent.scim_events import CREATE_FULL
from set_transmitter.commands.answer_poll import Settled, take_back
from set_transmitter.domain.backlog import Pending
from set_transmitter.domain.identifiers import jti_of
from set_transmitter.domain.progress import DeadLetter
from set_transmitter.domain.streams import DeliveryMethod, StreamStatus
from set_transmitter.ports.signing import SigningUnavailableError

STREAM = a_stream(method=DeliveryMethod.POLL)
ANN, BOB = (an_event(subject_uri=f"/Users/{name}") for name in ("ann", "bob"))


@pytest.fixture
async def transmitter() -> Transmitter:
    transmitter = a_transmitter()
    await transmitter.configure(STREAM)
    return transmitter


async def poll(
    transmitter: Transmitter, limit: int | None = None, *, at: float = 0
) -> Sequence[Pending]:
    return await transmitter.hand_out(
        transmitter.outbox(STREAM), limit, now=1_780_000_000.9, monotonic=at
    )


async def report(
    transmitter: Transmitter, *acks: int, errors: dict[int, SetErr] | None = None
) -> Settled:
    request = PollRequest(
        max_events=0,
        return_immediately=True,
        ack=tuple(jti(position) for position in acks),
        set_errs={jti(position): error for position, error in (errors or {}).items()},
    )
    return await transmitter.acknowledge(transmitter.outbox(STREAM), request, at=NOW)


def jti(position: int) -> str:
    return jti_of("epoch", position, STREAM.stream_id)


def positions(handed: Sequence[Pending]) -> list[int]:
    return [pending.position for pending in handed]


async def test_a_poll_gets_one_set_of_each_subject(transmitter: Transmitter) -> None:
    await transmitter.happen(ANN, BOB, ANN)

    assert positions(await poll(transmitter)) == [1, 2]


async def test_a_poll_gets_no_more_than_it_asks_for(transmitter: Transmitter) -> None:
    await transmitter.happen(ANN, BOB)

    assert positions(await poll(transmitter, 1)) == [1]


async def test_another_poll_does_not_get_what_is_under_way(transmitter: Transmitter) -> None:
    await transmitter.happen(ANN, ANN)
    await poll(transmitter)

    assert positions(await poll(transmitter, at=59)) == []


async def test_what_is_not_acknowledged_comes_again_with_the_same_bytes(
    transmitter: Transmitter,
) -> None:
    await transmitter.happen(ANN)
    (first,) = [pending.jwt for pending in await poll(transmitter)]

    (again,) = [pending.jwt for pending in await poll(transmitter, at=60)]

    assert again == first


async def test_an_acknowledgement_lets_the_next_of_the_subject_go(
    transmitter: Transmitter,
) -> None:
    await transmitter.happen(ANN, ANN)
    await poll(transmitter)

    settled = await report(transmitter, 1)

    assert settled == Settled(acknowledged=1, refused=0)
    assert positions(await poll(transmitter)) == [2]


async def test_an_acknowledgement_is_durable(transmitter: Transmitter) -> None:
    await transmitter.happen(ANN, BOB)
    await poll(transmitter)
    await report(transmitter, 2)

    restarted = await transmitter.restarted()

    assert positions(await poll(restarted)) == [1]
    assert restarted.outbox(STREAM).acknowledged == 1


async def test_an_acknowledgement_counts_after_a_restart(transmitter: Transmitter) -> None:
    await transmitter.happen(ANN)
    await poll(transmitter)

    restarted = await transmitter.restarted()

    assert await report(restarted, 1) == Settled(acknowledged=1, refused=0)


async def test_a_restart_does_not_change_the_bytes(transmitter: Transmitter) -> None:
    await transmitter.happen(ANN)
    (first,) = [pending.jwt for pending in await poll(transmitter)]

    restarted = await transmitter.restarted()

    assert [pending.jwt for pending in await poll(restarted)] == [first]


@pytest.mark.parametrize(
    "acknowledged",
    [
        pytest.param(2, id="what was not handed out"),
        pytest.param(3, id="what waits behind another of its subject"),
        pytest.param(77, id="what does not exist"),
    ],
)
async def test_an_acknowledgement_is_ignored_of(
    acknowledged: int, transmitter: Transmitter
) -> None:
    await transmitter.happen(ANN, BOB, ANN)
    await poll(transmitter, 1)

    assert await report(transmitter, acknowledged) == Settled(acknowledged=0, refused=0)
    assert transmitter.outbox(STREAM).pending == 3


async def test_an_acknowledgement_of_another_stream_is_ignored(transmitter: Transmitter) -> None:
    another = replace(STREAM, stream_id="another")
    await transmitter.configure(another)
    await transmitter.happen(ANN)
    await poll(transmitter)
    request = PollRequest(0, return_immediately=True, ack=(jti(1),), set_errs={})

    settled = await transmitter.acknowledge(transmitter.outbox(another), request, at=NOW)

    assert settled == Settled(acknowledged=0, refused=0)


async def test_an_error_sets_the_set_aside_with_its_reason(transmitter: Transmitter) -> None:
    await transmitter.happen(ANN, ANN)
    await poll(transmitter)

    settled = await report(transmitter, 1, errors={1: SetErr("invalid_key", "who is that?")})

    assert settled == Settled(acknowledged=0, refused=1)
    assert await transmitter.deliveries.dead_letters("default", None) == [
        DeadLetter(
            stream_id=STREAM.stream_id,
            position=1,
            jti=jti(1),
            err="invalid_key",
            description="who is that?",
            subject_uri="/Users/ann",
            event_type=CREATE_FULL,
            at=NOW,
        )
    ]
    assert positions(await poll(transmitter)) == [2]


async def test_a_paused_stream_takes_acknowledgements_and_gives_nothing(
    transmitter: Transmitter,
) -> None:
    await transmitter.happen(ANN, BOB)
    await poll(transmitter, 1)

    await transmitter.configure(replace(STREAM, status=StreamStatus.PAUSED))

    assert await report(transmitter, 1) == Settled(acknowledged=1, refused=0)
    assert positions(await poll(transmitter)) == []


async def test_what_nobody_took_is_for_the_next_poll(transmitter: Transmitter) -> None:
    await transmitter.happen(ANN)
    handed = await poll(transmitter)

    take_back(transmitter.outbox(STREAM), handed)

    assert positions(await poll(transmitter)) == [1]


async def test_what_cannot_be_signed_is_for_the_next_poll(transmitter: Transmitter) -> None:
    await transmitter.happen(ANN)
    transmitter.signing.is_away = True
    with pytest.raises(SigningUnavailableError):
        await poll(transmitter)

    transmitter.signing.is_away = False

    assert positions(await poll(transmitter)) == [1]


async def test_an_answer_is_of_bounded_size(transmitter: Transmitter) -> None:
    transmitter.hand_out = replace(transmitter.hand_out, most_bytes=30)
    await transmitter.happen(ANN, BOB)

    first = positions(await poll(transmitter))
    second = positions(await poll(transmitter))

    assert (first, second) == ([1], [2])
