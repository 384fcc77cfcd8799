"""What every storage of snapshots does."""

from typing import Any

import pytest
from support.transmitter_events import NOW, a_stream, an_event, created_at, logged

from secevent.caep_events import SESSION_REVOKED
from secevent.risc_events import ACCOUNT_DISABLED
from secevent.scim_events import CREATE_FULL
from set_transmitter.domain.events import LoggedEvent
from set_transmitter.domain.progress import Progress, StoredProgress
from set_transmitter.domain.snapshots import Boundary, Reach, Snapshot, SnapshotPage
from set_transmitter.ports.deliveries import Deliveries
from set_transmitter.ports.event_log import EventLog
from set_transmitter.ports.snapshots import Snapshots

OWN = "urn:example:badge-lost"
STREAM = a_stream()
STREAM_ID = STREAM.stream_id
OTHER = a_stream(stream_id="another")
REACH = Reach(("User",), "Group", "team")


def a_page(**changes: Any) -> SnapshotPage:
    given = {
        "events": (an_event(txn="walked"),),
        "entries": 1,
        "next_key": "Group:team",
        "reach": REACH,
        "total": 7,
    }
    return SnapshotPage(**given | changes)


async def positions(deliveries: Deliveries, stream: Any = STREAM) -> list[int]:
    page = await deliveries.read(stream, after=0, limit=100)
    return [pending.position for pending in page.pending]


@pytest.fixture
async def begun(log: EventLog, deliveries: Deliveries, snapshots: Snapshots) -> Snapshot:
    """Return the snapshot of a stream that had two events pending, one of them attempted."""
    await log.append([an_event(), an_event(txn="2")], feed_cursor="2")
    await deliveries.open(STREAM)
    await deliveries.open(OTHER)
    await deliveries.keep(STREAM_ID, {2: "a.b.c"})
    return (await snapshots.begin({STREAM_ID, "unheard-of"}, feed_cursor=None, signals={}))[
        STREAM_ID
    ]


async def test_a_snapshot_begins_at_the_logs_end(begun: Snapshot, snapshots: Snapshots) -> None:
    assert begun == Snapshot(started=2)
    assert await snapshots.all() == {STREAM_ID: begun}


async def test_what_was_pending_is_settled_as_not_needed(
    begun: Snapshot, deliveries: Deliveries
) -> None:
    assert await deliveries.open(STREAM) == StoredProgress(
        cursor=2, acknowledged=0, dead_letters=0, pending=0, end=2, snapshot=begun
    )


@pytest.mark.usefixtures("begun")
async def test_a_snapshot_leaves_other_streams_and_the_feed_alone(
    log: EventLog, deliveries: Deliveries
) -> None:
    assert await positions(deliveries, OTHER) == [1, 2]
    assert await log.feed_cursor() == "2"


@pytest.mark.usefixtures("begun")
async def test_a_page_is_logged_for_one_stream(log: EventLog, snapshots: Snapshots) -> None:
    snapshot, appended = await snapshots.go_on(STREAM_ID, a_page(), feed_cursor="3")

    boundary = Boundary(position=3, key="Group:team", walked=1, reach=REACH)
    assert snapshot == Snapshot(started=2, total=7, boundaries=(boundary,))
    assert [(one.position, one.event.txn, one.only_for) for one in appended] == [
        (3, "walked", STREAM_ID)
    ]
    assert await snapshots.all() == {STREAM_ID: snapshot}
    assert (await log.end(), await log.feed_cursor()) == (3, "3")


@pytest.mark.usefixtures("begun")
async def test_only_that_stream_reads_and_counts_a_page(
    deliveries: Deliveries, snapshots: Snapshots
) -> None:
    await snapshots.go_on(STREAM_ID, a_page(), feed_cursor="3")

    page = await deliveries.read(STREAM, after=2, limit=100)

    assert [pending.logged.only_for for pending in page.pending] == [STREAM_ID]
    assert (await deliveries.open(STREAM)).pending == 1
    assert await positions(deliveries, OTHER) == [1, 2]
    assert (await deliveries.open(OTHER)).pending == 2


@pytest.mark.usefixtures("begun")
async def test_pages_follow_one_another(snapshots: Snapshots) -> None:
    await snapshots.go_on(STREAM_ID, a_page(), feed_cursor="3")
    last = a_page(events=(), entries=0, next_key="", total=None)

    snapshot, appended = await snapshots.go_on(STREAM_ID, last, feed_cursor="3")

    assert appended == []
    assert snapshot is not None
    assert (snapshot.is_complete, snapshot.walked, snapshot.total) == (True, 1, 7)
    assert await snapshots.all() == {STREAM_ID: snapshot}


@pytest.mark.usefixtures("begun")
async def test_a_snapshot_that_begins_anew_replaces_the_earlier_one(
    deliveries: Deliveries, snapshots: Snapshots
) -> None:
    await snapshots.go_on(STREAM_ID, a_page(), feed_cursor="3")

    again = await snapshots.begin({STREAM_ID}, feed_cursor=None, signals={})

    assert again == {STREAM_ID: Snapshot(started=3)}
    assert await snapshots.all() == again
    assert (await deliveries.open(STREAM)).pending == 0


@pytest.mark.usefixtures("begun")
async def test_all_streams_begin_together_with_a_new_feed(
    deliveries: Deliveries, log: EventLog, snapshots: Snapshots
) -> None:
    streams = await deliveries.stream_ids()
    begun = await snapshots.begin(streams, feed_cursor="of-a-new-epoch", signals={})

    assert begun == dict.fromkeys((STREAM_ID, OTHER.stream_id), Snapshot(started=2))
    assert await log.feed_cursor() == "of-a-new-epoch"


@pytest.mark.usefixtures("begun")
async def test_a_page_for_a_stream_that_is_gone_is_not_logged(
    deliveries: Deliveries, log: EventLog, snapshots: Snapshots
) -> None:
    await deliveries.remove(STREAM_ID)

    assert await snapshots.go_on(STREAM_ID, a_page(), feed_cursor="3") == (None, [])
    assert (await log.end(), await log.feed_cursor()) == (2, "3")
    assert await snapshots.all() == {}


@pytest.mark.usefixtures("begun")
async def test_a_page_does_not_hide_what_a_young_stream_begins_with(
    deliveries: Deliveries, log: EventLog, snapshots: Snapshots
) -> None:
    old = an_event(txn="walked", committed=NOW - 60_000_000)
    await log.append([an_event(committed=NOW + 5)], feed_cursor="3")
    await snapshots.go_on(STREAM_ID, a_page(events=(old,)), feed_cursor="3")

    young = a_stream(stream_id="young", created=created_at(NOW + 1))

    assert (await deliveries.open(young)).cursor == 2
    assert await positions(deliveries, young) == [3]


async def test_an_event_keeps_whose_it_is(
    begun: Snapshot, deliveries: Deliveries, snapshots: Snapshots
) -> None:
    await snapshots.go_on(STREAM_ID, a_page(), feed_cursor="3")
    await deliveries.record([Progress(STREAM_ID, begun.started)])

    page = await deliveries.read(STREAM, after=0, limit=100)

    (pending,) = (one for one in page.pending if one.position == 3)
    assert pending.logged.event == logged(3, txn="walked").event


async def test_signals_that_are_pending_are_logged_once_more_for_the_stream(
    log: EventLog, deliveries: Deliveries, snapshots: Snapshots
) -> None:
    stream = a_stream(events_delivered=frozenset({CREATE_FULL, SESSION_REVOKED, OWN}))
    types = [SESSION_REVOKED, OWN, OWN, ACCOUNT_DISABLED]
    signals = [
        an_event(kind="signal", event_type=uri, txn=str(number), subject=b"{}")
        for number, uri in enumerate(types)
    ]
    await log.append([an_event(), *signals], feed_cursor="5")
    await deliveries.open(stream)
    await deliveries.open(OTHER)
    await deliveries.keep(STREAM_ID, {2: "settled", 3: "attempted"})
    await deliveries.record([Progress(STREAM_ID, cursor=0, acknowledged=(2,))])

    wanted = {STREAM_ID: stream.signals, OTHER.stream_id: frozenset[str]()}
    begun = await snapshots.begin(wanted, feed_cursor=None, signals=wanted)

    page = await deliveries.read(stream, after=begun[STREAM_ID].started, limit=100)
    assert begun[STREAM_ID].started == 5
    assert [(one.logged, one.jwt) for one in page.pending] == [
        (LoggedEvent(6, signals[1], STREAM_ID), None),
        (LoggedEvent(7, signals[2], STREAM_ID), None),
    ]
    assert all(begun[STREAM_ID].tells_of(one.logged) for one in page.pending)
    assert (await deliveries.open(stream)).pending == 2
    assert (await log.end(), await log.feed_cursor()) == (7, "5")


async def test_of_a_stream_that_is_not_known_yet_all_pending_signals_are_kept(
    log: EventLog, deliveries: Deliveries, snapshots: Snapshots
) -> None:
    await deliveries.open(STREAM)
    await log.append([an_event(kind="signal", event_type=OWN)], feed_cursor="1")

    begun = await snapshots.begin([STREAM_ID], feed_cursor="anew", signals={})

    assert begun[STREAM_ID].started == 1
    assert (await log.end(), await log.feed_cursor()) == (2, "anew")
