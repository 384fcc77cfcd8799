"""What every storage of delivery states does."""

from typing import Any

import pytest
from support.transmitter_events import NOW, a_stream, an_event, created_at

from set_transmitter.domain.progress import DeadLetter, Progress, StoredProgress
from set_transmitter.ports.deliveries import Deliveries
from set_transmitter.ports.event_log import EventLog

STREAM = a_stream()
STREAM_ID = STREAM.stream_id


def dead_letter(position: int, **changes: Any) -> DeadLetter:
    given = {
        "stream_id": STREAM_ID,
        "position": position,
        "jti": f"jti-{position}",
        "err": "invalid_request",
        "description": "no",
        "subject_uri": "/Users/ann",
        "event_type": "urn:x",
        "at": NOW + position,
    }
    return DeadLetter(**given | changes)


async def positions(deliveries: Deliveries, stream: Any = STREAM, **options: int) -> list[int]:
    page = await deliveries.read(stream, **{"after": 0, "limit": 100, **options})
    return [pending.position for pending in page.pending]


@pytest.fixture
async def three_events(log: EventLog) -> int:
    await log.append(
        [an_event(txn=str(number), committed=NOW + number) for number in (1, 2, 3)],
        feed_cursor="3",
    )
    return await log.end()


@pytest.fixture
async def opened(three_events: int, deliveries: Deliveries) -> StoredProgress:
    progress = await deliveries.open(STREAM)
    assert progress.end == three_events
    return progress


@pytest.mark.usefixtures("three_events")
async def test_a_stream_starts_before_the_first_event_of_its_time(deliveries: Deliveries) -> None:
    stream = a_stream(created=created_at(NOW + 2))

    progress = await deliveries.open(stream)

    assert progress == StoredProgress(cursor=1, acknowledged=0, dead_letters=0, pending=2, end=3)


@pytest.mark.usefixtures("three_events")
async def test_a_stream_younger_than_all_events_has_none(deliveries: Deliveries) -> None:
    progress = await deliveries.open(a_stream(created=created_at(NOW + 60)))

    assert (progress.cursor, progress.pending) == (3, 0)


@pytest.mark.usefixtures("opened")
async def test_opening_a_stream_again_keeps_its_place(deliveries: Deliveries) -> None:
    await deliveries.record([Progress(STREAM_ID, 2)])

    assert (await deliveries.open(STREAM)).cursor == 2


@pytest.mark.usefixtures("opened")
async def test_a_page_has_the_oldest_events_after_a_position(deliveries: Deliveries) -> None:
    page = await deliveries.read(STREAM, after=1, limit=1)

    assert ([pending.position for pending in page.pending], page.scanned) == ([2], 2)


@pytest.mark.usefixtures("opened")
async def test_a_page_that_is_not_full_reaches_the_end_of_the_log(
    log: EventLog, deliveries: Deliveries
) -> None:
    await log.append([an_event(tenant="another")], feed_cursor="4")

    assert (await deliveries.read(STREAM, after=0, limit=100)).scanned == 4


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"tenant": "another"}, id="of another tenant"),
        pytest.param({"kind": "deactivate"}, id="of a type that is not delivered"),
        pytest.param({"committed": NOW - 100_000_000}, id="from before the stream"),
    ],
)
async def test_a_stream_does_not_get_an_event(
    change: dict[str, Any], log: EventLog, deliveries: Deliveries
) -> None:
    await log.append([an_event(**change), an_event()], feed_cursor="2")
    await deliveries.open(STREAM)

    assert await positions(deliveries) == [2]


@pytest.mark.usefixtures("opened")
async def test_a_stream_without_event_types_gets_nothing(deliveries: Deliveries) -> None:
    stream = a_stream(stream_id="mute", events_delivered=frozenset())

    assert (await deliveries.open(stream)).pending == 0
    assert await positions(deliveries, stream) == []


@pytest.mark.usefixtures("opened")
async def test_a_kept_jwt_comes_back_with_its_event(deliveries: Deliveries) -> None:
    await deliveries.keep(STREAM_ID, {2: "a.b.c"})

    page = await deliveries.read(STREAM, after=0, limit=100)

    assert [pending.jwt for pending in page.pending] == [None, "a.b.c", None]


@pytest.mark.usefixtures("opened")
async def test_the_first_jwt_kept_stays(deliveries: Deliveries) -> None:
    await deliveries.keep(STREAM_ID, {2: "first"})
    await deliveries.keep(STREAM_ID, {2: "second"})

    page = await deliveries.read(STREAM, after=1, limit=1)

    assert page.pending[0].jwt == "first"


@pytest.mark.usefixtures("opened")
async def test_an_event_that_is_settled_above_the_cursor_does_not_come_back(
    deliveries: Deliveries,
) -> None:
    await deliveries.keep(STREAM_ID, {2: "a.b.c"})
    await deliveries.record([Progress(STREAM_ID, 0, acknowledged=(2,))])

    assert await positions(deliveries) == [1, 3]
    assert await deliveries.open(STREAM) == StoredProgress(
        cursor=0, acknowledged=1, dead_letters=0, pending=2, end=3
    )


@pytest.mark.usefixtures("opened")
async def test_settling_twice_counts_once(deliveries: Deliveries) -> None:
    await deliveries.keep(STREAM_ID, {1: "a.b.c", 2: "d.e.f"})
    settled = Progress(STREAM_ID, 0, acknowledged=(2,), dead_letters=())

    await deliveries.record([settled])
    await deliveries.record([settled])

    assert (await deliveries.open(STREAM)).acknowledged == 1


@pytest.mark.usefixtures("opened")
async def test_settling_what_the_cursor_passes_twice_counts_once(deliveries: Deliveries) -> None:
    await deliveries.keep(STREAM_ID, {1: "a.b.c", 2: "d.e.f", 3: "g.h.i"})
    await deliveries.record([Progress(STREAM_ID, 0, acknowledged=(2,))])
    settled = Progress(STREAM_ID, 2, acknowledged=(1, 2))

    await deliveries.record([settled])
    await deliveries.record([settled])

    progress = await deliveries.open(STREAM)
    assert (progress.cursor, progress.acknowledged) == (2, 2)


@pytest.mark.usefixtures("opened")
async def test_a_cursor_never_goes_back(deliveries: Deliveries) -> None:
    await deliveries.record([Progress(STREAM_ID, 3), Progress(STREAM_ID, 1)])

    assert (await deliveries.open(STREAM)).cursor == 3


@pytest.mark.usefixtures("opened")
async def test_the_cursor_passes_what_was_settled(deliveries: Deliveries) -> None:
    await deliveries.keep(STREAM_ID, {1: "a", 2: "b"})
    await deliveries.record([Progress(STREAM_ID, 0, acknowledged=(2,))])
    await deliveries.record([Progress(STREAM_ID, 2, acknowledged=(1,))])

    assert await deliveries.open(STREAM) == StoredProgress(
        cursor=2, acknowledged=2, dead_letters=0, pending=1, end=3
    )


@pytest.mark.usefixtures("opened")
async def test_a_dead_letter_is_kept_with_its_reason(deliveries: Deliveries) -> None:
    await deliveries.keep(STREAM_ID, {1: "a"})
    letter = dead_letter(1)

    await deliveries.record([Progress(STREAM_ID, 1, dead_letters=(letter,))])

    assert await deliveries.dead_letters("default", None) == [letter]
    assert (await deliveries.open(STREAM)).dead_letters == 1


@pytest.mark.parametrize(
    ("tenant", "stream_id"),
    [
        pytest.param("default", "another", id="of another stream"),
        pytest.param("another", None, id="of another tenant"),
        pytest.param("another", STREAM_ID, id="of another tenant that names the stream"),
    ],
)
@pytest.mark.usefixtures("opened")
async def test_dead_letters_are_not_shown_to_the_administrator(
    tenant: str, stream_id: str | None, deliveries: Deliveries
) -> None:
    await deliveries.keep(STREAM_ID, {1: "a"})
    await deliveries.record([Progress(STREAM_ID, 1, dead_letters=(dead_letter(1),))])

    assert await deliveries.dead_letters(tenant, stream_id) == []


@pytest.mark.usefixtures("opened")
async def test_a_removed_stream_leaves_nothing(deliveries: Deliveries) -> None:
    await deliveries.keep(STREAM_ID, {1: "a", 2: "b"})
    await deliveries.record([Progress(STREAM_ID, 1, dead_letters=(dead_letter(1),))])

    await deliveries.remove(STREAM_ID)

    assert await deliveries.stream_ids() == frozenset()
    assert await deliveries.dead_letters("default", STREAM_ID) == []
    assert (await deliveries.open(STREAM)).cursor == 0
    assert await positions(deliveries) == [1, 2, 3]


@pytest.mark.usefixtures("opened")
async def test_what_comes_late_does_not_bring_a_removed_stream_back(deliveries: Deliveries) -> None:
    await deliveries.remove(STREAM_ID)

    await deliveries.keep(STREAM_ID, {1: "a"})
    await deliveries.record([Progress(STREAM_ID, 2, dead_letters=(dead_letter(1),))])

    assert await deliveries.stream_ids() == frozenset()
    page = await deliveries.read(STREAM, after=0, limit=1)
    assert page.pending[0].jwt is None


@pytest.mark.usefixtures("opened")
async def test_streams_that_read_the_same_events_share_them(deliveries: Deliveries) -> None:
    mine = await deliveries.read(STREAM, after=0, limit=100)
    theirs = await deliveries.read(a_stream(stream_id="another"), after=0, limit=100)

    assert all(
        one.logged is other.logged for one, other in zip(mine.pending, theirs.pending, strict=True)
    )
