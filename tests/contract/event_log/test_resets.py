"""What every storage of the event log does when a stream is set back."""

from collections.abc import Sequence

import pytest
from support.transmitter_events import NOW, a_stream, an_event, created_at

from set_transmitter.adapters.storage import Logbook
from set_transmitter.domain.backlog import Pending
from set_transmitter.domain.generations import Generations
from set_transmitter.domain.progress import DeadLetter, Progress, StoredProgress
from set_transmitter.domain.resets import (
    DoneBefore,
    FromPosition,
    NotInLog,
    Reset,
    ResetTarget,
    ToDate,
    ToPosition,
)
from set_transmitter.domain.snapshots import Reach, SnapshotPage

STREAM = a_stream()
STREAM_ID = STREAM.stream_id
OTHER = a_stream(stream_id="another")
END = 6


@pytest.fixture
async def settled(logbook: Logbook) -> Logbook:
    """Give a log whose first five events two streams have had, one of them set aside.

    Of the sixth the SET was sent, and is not acknowledged.
    """
    events = [an_event(txn=str(number), committed=NOW + number) for number in range(1, END + 1)]
    await logbook.log.append(events, feed_cursor="1")
    for stream in (STREAM, OTHER):
        stream_id = stream.stream_id
        await logbook.deliveries.open(stream)
        await logbook.deliveries.keep(stream_id, {each: f"jwt-{each}" for each in range(1, 7)})
        letter = DeadLetter(stream_id, 4, "jti", "err", "no", "/Users/ann", "urn:x", NOW)
        await logbook.deliveries.record(
            [Progress(stream_id, 5, acknowledged=(1, 2, 3, 5), dead_letters=(letter,))]
        )
    return logbook


async def pending(logbook: Logbook, *, after: int = 0) -> Sequence[Pending]:
    page = await logbook.deliveries.read(STREAM, after=after, limit=100)
    return page.pending


async def test_all_from_an_event_on_is_pending_again(settled: Logbook) -> None:
    outcome = await settled.resets.reset(STREAM, Reset(ToPosition(3)))

    progress = await settled.deliveries.open(STREAM)
    assert outcome == FromPosition(3)
    assert (progress.cursor, progress.pending) == (2, 4)
    assert [each.position for each in await pending(settled, after=progress.cursor)] == [3, 4, 5, 6]


async def test_what_was_set_aside_is_so_no_more(settled: Logbook) -> None:
    await settled.resets.reset(STREAM, Reset(ToPosition(4)))

    letters = await settled.deliveries.dead_letters("default", None)
    assert [letter.stream_id for letter in letters] == [OTHER.stream_id]
    assert (await settled.deliveries.open(STREAM)).dead_letters == 0


async def test_what_was_set_aside_before_stays_so(settled: Logbook) -> None:
    await settled.resets.reset(STREAM, Reset(ToPosition(5)))

    assert len(await settled.deliveries.dead_letters("default", STREAM_ID)) == 1
    assert (await settled.deliveries.open(STREAM)).dead_letters == 1


async def test_a_set_that_is_kept_is_sent_as_it_was_and_was_not_handed_out(
    settled: Logbook,
) -> None:
    await settled.resets.reset(STREAM, Reset(ToPosition(5)))

    fifth, sixth = await pending(settled, after=4)
    assert (fifth.jwt, fifth.signed) == (None, None)
    assert (sixth.jwt, sixth.signed) == (None, "jwt-6")


async def test_what_is_handed_out_again_is_settled_as_ever(settled: Logbook) -> None:
    await settled.resets.reset(STREAM, Reset(ToPosition(5)))
    await settled.deliveries.keep(STREAM_ID, {5: "again", 6: "another"})

    fifth, sixth = await pending(settled, after=4)
    await settled.deliveries.record([Progress(STREAM_ID, 5, acknowledged=(5,))])

    assert (fifth.jwt, sixth.jwt) == ("again", "jwt-6")
    assert await settled.deliveries.open(STREAM) == StoredProgress(
        cursor=5, acknowledged=5, dead_letters=1, pending=1, end=END
    )


async def test_what_was_acknowledged_above_the_cursor_is_pending_again(settled: Logbook) -> None:
    await settled.resets.reset(STREAM, Reset(ToPosition(1)))
    await settled.deliveries.keep(STREAM_ID, {3: "c", 5: "e"})
    await settled.deliveries.record([Progress(STREAM_ID, 0, acknowledged=(3, 5))])

    await settled.resets.reset(STREAM, Reset(ToPosition(4)))

    assert [each.position for each in await pending(settled)] == [1, 2, 4, 5, 6]


async def test_what_is_pending_before_the_target_stays_so(settled: Logbook) -> None:
    await settled.resets.reset(STREAM, Reset(ToPosition(2)))

    await settled.resets.reset(STREAM, Reset(ToPosition(6)))

    assert (await settled.deliveries.open(STREAM)).cursor == 1
    assert [each.position for each in await pending(settled, after=1)] == [2, 3, 4, 5, 6]


@pytest.mark.parametrize(
    ("moment", "first"),
    [
        pytest.param(NOW + 4, 4, id="when an event was committed"),
        pytest.param(0, 1, id="before there was any"),
        pytest.param(NOW + 100, END + 1, id="after the last one"),
    ],
)
async def test_a_date_is_its_first_event(settled: Logbook, moment: int, first: int) -> None:
    outcome = await settled.resets.reset(STREAM, Reset(ToDate(moment)))

    assert outcome == FromPosition(first)
    assert [each.position for each in await pending(settled, after=min(first, 6) - 1)][:1] == [
        min(first, 6)
    ]


async def test_a_stream_gets_nothing_from_before_its_time(settled: Logbook) -> None:
    late = a_stream(stream_id="late", created=created_at(NOW + 3))
    await settled.deliveries.open(late)

    beginning = await settled.resets.reset(late, Reset(ToDate(0)))
    before = await settled.resets.reset(late, Reset(ToPosition(2)))

    assert (beginning, before) == (FromPosition(3), NotInLog())
    assert (await settled.deliveries.open(late)).pending == 4


@pytest.mark.parametrize(
    "target",
    [
        pytest.param(ToPosition(0), id="no position"),
        pytest.param(ToPosition(END + 3), id="after the end"),
        pytest.param(ToPosition(END + 1), id="of another tenant"),
        pytest.param(ToPosition(END + 2), id="for another stream"),
    ],
)
async def test_what_is_not_the_streams_changes_nothing(
    settled: Logbook, target: ResetTarget
) -> None:
    await settled.log.append([an_event(tenant="other")], feed_cursor="2")
    await settled.snapshots.begin({OTHER.stream_id}, feed_cursor=None, signals={})
    page = SnapshotPage((an_event(),), 1, "", Reach(("User",)), 1)
    await settled.snapshots.go_on(OTHER.stream_id, page, feed_cursor="3")
    before = await settled.deliveries.open(STREAM)

    assert await settled.resets.reset(STREAM, Reset(target)) == NotInLog()

    assert await settled.deliveries.open(STREAM) == before


async def test_other_streams_stay_where_they_are(settled: Logbook) -> None:
    before = await settled.deliveries.open(OTHER)

    await settled.resets.reset(STREAM, Reset(ToPosition(1)))

    assert await settled.deliveries.open(OTHER) == before


async def test_a_reissue_begins_a_generation_and_keeps_no_set(settled: Logbook) -> None:
    await settled.resets.reset(STREAM, Reset(ToPosition(5), anew=True))
    await settled.resets.reset(STREAM, Reset(ToPosition(6), anew=True))

    fifth, sixth = await pending(settled, after=4)
    assert (fifth.signed, sixth.signed) == (None, None)
    progress = await settled.deliveries.open(STREAM)
    assert progress.generations == Generations(((5, 1), (6, 2)))


async def test_a_configurations_reset_is_done_once(settled: Logbook) -> None:
    first = await settled.resets.reset(STREAM, Reset(ToPosition(3), revision=7))
    await settled.deliveries.keep(STREAM_ID, {3: "c"})
    await settled.deliveries.record([Progress(STREAM_ID, 3, acknowledged=(3,))])

    again = await settled.resets.reset(STREAM, Reset(ToPosition(3), revision=7))
    later = await settled.resets.reset(STREAM, Reset(ToPosition(99), revision=8))

    assert (first, again, later) == (FromPosition(3), DoneBefore(), NotInLog())
    progress = await settled.deliveries.open(STREAM)
    assert (progress.cursor, progress.reset_revision) == (3, 8)
