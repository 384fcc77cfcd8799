"""Which streams can have a snapshot, and what it does with what they have pending."""

from typing import Any

import pytest
from support.transmitter_events import a_stream, an_event
from support.transmitter_in_memory import Transmitter, a_transmitter

from secevent.scim_events import DELETE
from set_transmitter.commands.begin_snapshot import NoSnapshotError, UnknownStreamError
from set_transmitter.domain.progress import SnapshotState
from set_transmitter.domain.snapshots import MOST_UNSETTLED, Reach, SnapshotPage
from set_transmitter.domain.streams import StreamStatus

STREAM = a_stream()


async def begun(transmitter: Transmitter) -> None:
    await transmitter.begin_snapshot("default", STREAM.stream_id)


def a_page(count: int, *, next_key: str) -> SnapshotPage:
    events = tuple(an_event(subject_uri=f"/Users/{number}") for number in range(count))
    return SnapshotPage(events, count, next_key, Reach((), "User", "x"), total=count)


async def test_a_snapshot_may_begin_before_the_journal_tells_of_its_stream() -> None:
    transmitter = a_transmitter()
    transmitter.directory.streams[STREAM.stream_id] = STREAM

    await begun(transmitter)

    state = transmitter.outbox(STREAM).snapshot_state(end=0)
    assert state == SnapshotState(total=0, walked=0, settled=0, is_finished=False)


async def test_a_stream_of_another_tenant_is_unknown() -> None:
    transmitter = a_transmitter()
    await transmitter.configure(STREAM)

    with pytest.raises(UnknownStreamError, match="there is no stream"):
        await transmitter.begin_snapshot("another", STREAM.stream_id)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        pytest.param({"status": StreamStatus.DISABLED}, "enable it first", id="is disabled"),
        pytest.param(
            {"events_delivered": frozenset({DELETE})}, "no create events", id="tells of no creation"
        ),
    ],
)
async def test_there_is_no_snapshot_of_a_stream_that(change: Any, sentence: str) -> None:
    transmitter = a_transmitter()
    await transmitter.configure(a_stream(**change))

    with pytest.raises(NoSnapshotError, match=sentence):
        await begun(transmitter)

    assert transmitter.deliveries.snapshots == {}


async def test_there_is_no_snapshot_of_a_stream_that_receives() -> None:
    transmitter = a_transmitter()
    transmitter.directory.receiving.add(("default", "in"))

    with pytest.raises(NoSnapshotError, match="receives"):
        await transmitter.begin_snapshot("default", "in")


async def test_what_is_being_sent_is_seen_through_before_its_subject_goes_on() -> None:
    transmitter = a_transmitter()
    await transmitter.configure(STREAM)
    await transmitter.happen(an_event(subject_uri="/Users/0"), an_event(subject_uri="/Users/1"))
    outbox = transmitter.outbox(STREAM)
    (sent,) = outbox.backlog.take(1, now=0)

    await begun(transmitter)
    await transmitter.take_snapshots.go_on(
        STREAM.stream_id, a_page(2, next_key=""), after_key="", feed_cursor="1", now=0
    )

    assert [one.position for one in outbox.backlog.take(9, now=0)] == [4]
    transmitter.settle.acknowledge(outbox, sent)
    assert [one.position for one in outbox.backlog.take(9, now=0)] == [3]


async def test_a_walk_waits_while_its_stream_is_far_behind() -> None:
    transmitter = a_transmitter()
    await transmitter.configure(STREAM)
    await begun(transmitter)
    assert transmitter.take_snapshots.due() is transmitter.outbox(STREAM)

    await transmitter.take_snapshots.go_on(
        STREAM.stream_id,
        a_page(MOST_UNSETTLED, next_key="User:x"),
        after_key="",
        feed_cursor="1",
        now=0,
    )

    assert transmitter.take_snapshots.due() is None
    assert transmitter.take_snapshots.is_any_under_way


async def test_a_walk_waits_while_its_stream_is_paused() -> None:
    transmitter = a_transmitter()
    await transmitter.configure(a_stream(status=StreamStatus.PAUSED))

    await begun(transmitter)

    assert transmitter.take_snapshots.due() is None


async def test_the_stream_that_has_come_least_far_goes_on_first() -> None:
    transmitter = a_transmitter()
    other = a_stream(stream_id="another")
    await transmitter.configure(STREAM, other)
    await transmitter.take_snapshots.begin_all(feed_cursor="new")

    await transmitter.take_snapshots.go_on(
        STREAM.stream_id, a_page(1, next_key="User:x"), after_key="", feed_cursor="new", now=0
    )

    assert transmitter.take_snapshots.due() is transmitter.outbox(other)
    assert transmitter.log.cursor == "new"


async def test_a_page_of_a_walk_that_began_anew_meanwhile_is_of_no_use() -> None:
    transmitter = a_transmitter()
    await transmitter.configure(STREAM)
    await begun(transmitter)
    go_on = transmitter.take_snapshots.go_on
    page = a_page(1, next_key="User:x")
    await go_on(STREAM.stream_id, page, after_key="", feed_cursor="1", now=0)
    await begun(transmitter)

    late = a_page(1, next_key="")
    told = await go_on(STREAM.stream_id, late, after_key="User:x", feed_cursor="1", now=0)

    assert told == set()
    assert transmitter.take_snapshots.due() is transmitter.outbox(STREAM)
