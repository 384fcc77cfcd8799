"""Setting a stream back: what is pending then, and what of earlier is not taken for it."""

from dataclasses import replace

import pytest
from support.transmitter_events import NOW, a_stream, an_event, created_at
from support.transmitter_in_memory import Transmitter, a_transmitter

from secevent.poll import PollRequest
from set_transmitter.commands.begin_snapshot import UnknownStreamError
from set_transmitter.commands.reset_stream import (
    NoResetError,
    Redelivery,
    Target,
    ToJti,
    UnknownJtiError,
)
from set_transmitter.domain.backlog import Pending
from set_transmitter.domain.identifiers import jti_of
from set_transmitter.domain.resets import RequestedReset, ToDate
from set_transmitter.domain.streams import DeliveryMethod, StreamStatus

STREAM = a_stream(method=DeliveryMethod.POLL)
STREAM_ID = STREAM.stream_id


def jti(position: int, generation: int = 0) -> str:
    return jti_of("epoch", position, STREAM_ID, generation)


@pytest.fixture
async def transmitter() -> Transmitter:
    """Give a transmitter whose stream has had four events, of four subjects."""
    transmitter = a_transmitter()
    await transmitter.configure(STREAM)
    await transmitter.happen(
        *(an_event(subject_uri=f"/Users/{n}", committed=NOW + n) for n in range(1, 5))
    )
    return transmitter


async def handed_out(transmitter: Transmitter) -> list[Pending]:
    handed = await transmitter.hand_out(transmitter.outbox(STREAM), None, now=0, monotonic=0)
    return list(handed)


async def acknowledge(transmitter: Transmitter, *jtis: str) -> None:
    request = PollRequest(max_events=0, return_immediately=True, ack=tuple(jtis), set_errs={})
    await transmitter.acknowledge(transmitter.outbox(STREAM), request, at=0)


async def told(transmitter: Transmitter) -> dict[str, str | None]:
    """Return what the next poll gets, by jti, and acknowledge it."""
    outbox = transmitter.outbox(STREAM)
    sets = {
        outbox.jti_of(each.logged, epoch="epoch"): each.jwt
        for each in await handed_out(transmitter)
    }
    await acknowledge(transmitter, *sets)
    return sets


async def set_back(transmitter: Transmitter, to: Target, *, anew: bool = False) -> Redelivery:
    return await transmitter.reset_stream("default", STREAM_ID, to=to, anew=anew)


@pytest.mark.parametrize(
    ("to", "first"),
    [(ToJti(jti(3)), 3), (ToDate(NOW + 2), 2), ("beginning", 1), (ToDate(NOW + 9), 5)],
    ids=["a jti", "a date", "the beginning", "a date to come"],
)
async def test_exactly_the_range_comes_again_under_its_jtis(
    transmitter: Transmitter, to: Target, first: int
) -> None:
    await told(transmitter)

    redelivery = await set_back(transmitter, to)

    assert redelivery == Redelivery(jti(first), 5 - first)
    assert list(await told(transmitter)) == [jti(position) for position in range(first, 5)]
    assert await told(transmitter) == {}


async def test_what_is_on_its_way_comes_again_as_it_was(transmitter: Transmitter) -> None:
    sent = {each.position: each.jwt for each in await handed_out(transmitter)}
    await set_back(transmitter, ToJti(jti(3)))

    await acknowledge(transmitter, *map(jti, range(1, 5)))

    assert await told(transmitter) == {jti(3): sent[3], jti(4): sent[4]}


async def test_what_a_push_that_was_under_way_brings_is_not_taken_for_it(
    transmitter: Transmitter,
) -> None:
    before = transmitter.outbox(STREAM)
    (pending, *_) = await handed_out(transmitter)
    await set_back(transmitter, "beginning")

    transmitter.settle.acknowledge(before, pending)
    await transmitter.settle.flush()

    assert len(await told(transmitter)) == 4


async def test_after_a_restart_it_is_as_before(transmitter: Transmitter) -> None:
    await told(transmitter)
    await set_back(transmitter, ToJti(jti(2)))

    restarted = await transmitter.restarted()

    assert list(await told(restarted)) == [jti(2), jti(3), jti(4)]


async def test_a_reissue_has_new_jtis_and_they_stay(transmitter: Transmitter) -> None:
    await told(transmitter)
    redelivery = await set_back(transmitter, ToJti(jti(3)), anew=True)
    first = {each.position: each.jwt for each in await handed_out(transmitter)}

    restarted = await transmitter.restarted()
    await acknowledge(restarted, jti(3))

    assert redelivery.jti == jti(3, 1)
    assert await told(restarted) == {jti(3, 1): first[3], jti(4, 1): first[4]}


async def test_a_reset_after_a_reissue_keeps_the_jtis_of_each_part(
    transmitter: Transmitter,
) -> None:
    await told(transmitter)
    await set_back(transmitter, ToJti(jti(3)), anew=True)
    await told(transmitter)

    await set_back(transmitter, ToJti(jti(2)))

    assert list(await told(transmitter)) == [jti(2), jti(3, 1), jti(4, 1)]


async def test_what_is_signed_while_the_stream_is_set_back_is_not_kept(
    transmitter: Transmitter,
) -> None:
    before = transmitter.outbox(STREAM)
    taken = before.backlog.take(4, now=0)
    await set_back(transmitter, "beginning", anew=True)

    await transmitter.prepare(before, taken, now=0)

    assert transmitter.deliveries.jwts == {}


async def test_a_configurations_reset_is_done_once(transmitter: Transmitter) -> None:
    await told(transmitter)
    asking = replace(STREAM, reset=RequestedReset(jti(4), 0, 7))

    await transmitter.configure(asking)
    assert list(await told(transmitter)) == [jti(4)]
    await transmitter.configure(replace(asking, aud=("https://another.example",)))
    restarted = await transmitter.restarted()

    assert await told(restarted) == {}


async def test_of_a_jti_of_another_log_nothing_comes_of_it(transmitter: Transmitter) -> None:
    await told(transmitter)

    await transmitter.configure(replace(STREAM, reset=RequestedReset(f"other-1-{STREAM_ID}", 0, 7)))

    assert await told(transmitter) == {}
    assert transmitter.outbox(STREAM).reset_revision == 7


@pytest.mark.parametrize(
    "unknown",
    [jti(9), jti_of("other", 1, STREAM_ID), jti_of("epoch", 1, "another"), "no jti at all"],
)
async def test_a_jti_that_it_has_not_had_changes_nothing(
    transmitter: Transmitter, unknown: str
) -> None:
    await told(transmitter)

    with pytest.raises(UnknownJtiError):
        await set_back(transmitter, ToJti(unknown))

    assert await told(transmitter) == {}


async def test_streams_that_cannot_be_set_back_say_why(transmitter: Transmitter) -> None:
    disabled = a_stream(stream_id="disabled", status=StreamStatus.DISABLED)
    foreign = a_stream(stream_id="foreign", tenant="other")
    await transmitter.configure(disabled, foreign)
    transmitter.directory.receiving.add(("default", "receiving"))

    for stream_id, error in (
        ("disabled", NoResetError),
        ("receiving", NoResetError),
        ("foreign", UnknownStreamError),
        ("unheard-of", UnknownStreamError),
    ):
        with pytest.raises(error):
            await transmitter.reset_stream("default", stream_id, to="beginning", anew=False)


async def test_a_stream_gets_no_more_than_its_own_time(transmitter: Transmitter) -> None:
    late = a_stream(stream_id="late", method=DeliveryMethod.POLL, created=created_at(NOW + 3))
    await transmitter.configure(late)

    redelivery = await transmitter.reset_stream("default", "late", to=ToDate(0), anew=False)

    assert redelivery.pending == 2
