"""What every storage of the event log does with events that need not be kept any more."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from support.transmitter_events import NOW, a_stream, an_event

from secevent.caep_events import SESSION_REVOKED
from servicekit.leases import Held, always_held
from servicekit.mongo import open_mongo
from servicekit.mongo_leases import MongoLeases
from set_transmitter.adapters.mongo import schema
from set_transmitter.adapters.mongo.storage import LEASE, MongoStorage
from set_transmitter.adapters.sqlite.storage import open_sqlite
from set_transmitter.adapters.storage import Logbook
from set_transmitter.commands.remove_old_events import RemoveOldEvents, Step
from set_transmitter.commands.settle import Settle
from set_transmitter.domain.events import LoggedEvent
from set_transmitter.domain.outbox import Outbox
from set_transmitter.domain.outboxes import Outboxes
from set_transmitter.domain.progress import DeadLetter, Progress
from set_transmitter.domain.resets import (
    BeyondRetention,
    BySnapshot,
    FromPosition,
    Reset,
    ResetTarget,
    ToDate,
    ToPosition,
)
from set_transmitter.domain.retention import Dropped, Limits, Oldest, Removal
from set_transmitter.domain.snapshots import Snapshot
from set_transmitter.domain.streams import Stream

STREAM = a_stream()
STREAM_ID = STREAM.stream_id
DELETIONS = a_stream(
    stream_id="deletions",
    events_delivered=frozenset({"urn:ietf:params:scim:event:prov:delete"}),
)


@pytest.fixture(params=["sqlite", "mongodb"])
async def stored(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Logbook]:
    """Give a log of six events: the fake in memory, whose positions are places, loses nothing."""
    if request.param == "sqlite":
        async with open_sqlite(tmp_path / "set-transmitter.sqlite3", restore_id="") as storage:
            yield await _filled(await storage.open_log(always_held("transmitter"), epoch="name"))
    else:
        async with open_mongo(request.getfixturevalue("mongo_url"), "log", schema.MIGRATIONS) as it:
            lease = await MongoLeases(it).acquire(LEASE, holder="a", seconds=60)
            assert lease is not None
            mongo = MongoStorage(it, holder="a", restore_id="")
            yield await _filled(await mongo.open_log(Held(lease), epoch="name"))


async def _filled(logbook: Logbook) -> Logbook:
    events = [an_event(txn=str(number), committed=NOW + number) for number in range(1, 7)]
    await logbook.log.append(events, feed_cursor="1")
    return logbook


async def positions(logbook: Logbook, stream: Stream = STREAM) -> list[int]:
    page = await logbook.deliveries.read(stream, after=0, limit=100)
    return [pending.position for pending in page.pending]


async def has_settled(logbook: Logbook, cursor: int, stream: Stream = STREAM) -> None:
    await logbook.deliveries.open(stream)
    await logbook.deliveries.record([Progress(stream.stream_id, cursor)])


async def test_what_is_old_and_settled_goes(stored: Logbook) -> None:
    await has_settled(stored, 5)

    removal = await stored.retention.remove("default", through=4)

    assert removal == Removal(4, {})
    assert await stored.retention.oldest() == [Oldest("default", 5, NOW + 5)]
    assert await positions(stored) == [5, 6]


async def test_what_a_stream_has_yet_to_settle_stays(stored: Logbook) -> None:
    await has_settled(stored, 6)
    await has_settled(stored, 2, a_stream(stream_id="slow"))

    await stored.retention.remove("default", through=5)

    assert await positions(stored) == [3, 4, 5, 6]


async def test_what_another_tenants_stream_has_to_settle_keeps_nothing(stored: Logbook) -> None:
    foreign = a_stream(stream_id="foreign", tenant="other")
    await stored.log.append([an_event(tenant="other", committed=NOW + 7)], feed_cursor="2")
    await stored.deliveries.open(foreign)

    await stored.retention.remove("default", through=6)

    assert await stored.retention.oldest() == [Oldest("other", 7, NOW + 7)]
    assert await positions(stored, foreign) == [7]


async def test_dead_letters_of_what_is_removed_go_along(stored: Logbook) -> None:
    await stored.deliveries.open(STREAM)
    await stored.deliveries.keep(STREAM_ID, {1: "a", 2: "b", 3: "c"})
    letters = tuple(
        DeadLetter(STREAM_ID, position, "jti", "err", "no", "/Users/ann", "urn:x", NOW)
        for position in (1, 3)
    )
    await stored.deliveries.record(
        [Progress(STREAM_ID, 3, acknowledged=(2,), dead_letters=letters)]
    )

    removal = await stored.retention.remove("default", through=2)

    assert removal == Removal(2, {STREAM_ID: 1})
    assert [each.position for each in await stored.deliveries.dead_letters("default", None)] == [3]
    assert (await stored.deliveries.open(STREAM)).dead_letters == 1


@pytest.mark.parametrize(
    ("committed_before", "limit", "through"),
    [(NOW + 4, 100, 3), (NOW + 4, 2, 2), (None, 4, 4), (NOW, 100, 0)],
)
async def test_a_cut_is_the_last_of_the_oldest(
    stored: Logbook, committed_before: int | None, limit: int, through: int
) -> None:
    cut = stored.retention.cut

    assert await cut("default", committed_before=committed_before, limit=limit) == through


async def test_what_is_dropped_is_counted_once_on_the_stream(stored: Logbook) -> None:
    await has_settled(stored, 1)
    await stored.deliveries.keep(STREAM_ID, {2: "b", 3: "c"})
    await stored.deliveries.record([Progress(STREAM_ID, 1, acknowledged=(3,))])

    dropped = [await stored.retention.drop(STREAM, through=4) for _ in range(2)]

    progress = await stored.deliveries.open(STREAM)
    assert dropped == [2, 0]
    assert (progress.cursor, progress.pending, progress.dropped) == (4, 2, 2)


@pytest.mark.parametrize(
    "target",
    [ToPosition(2), ToDate(NOW + 3), ToDate(0)],
    ids=["a jti", "a date", "the beginning"],
)
async def test_a_reset_beyond_retention_is_by_snapshot(
    stored: Logbook, target: ResetTarget
) -> None:
    await has_settled(stored, 6)
    await has_settled(stored, 6, DELETIONS)
    await stored.retention.remove("default", through=3)

    outcomes = [
        await stored.resets.reset(stream, Reset(target, anew=True))
        for stream in (STREAM, DELETIONS)
    ]

    assert outcomes == [BySnapshot(), BeyondRetention()]
    assert await stored.snapshots.all() == {STREAM_ID: Snapshot(started=6)}
    assert await stored.resets.reset(STREAM, Reset(ToPosition(4))) == FromPosition(4)


async def test_a_snapshot_instead_of_a_reset_keeps_the_signals_that_are_pending(
    stored: Logbook,
) -> None:
    stream = replace(STREAM, events_delivered=STREAM.events_delivered | {SESSION_REVOKED})
    signal = an_event(kind="signal", event_type=SESSION_REVOKED, subject=b"{}")
    await has_settled(stored, 6)
    await stored.log.append([signal], feed_cursor="2")
    await stored.retention.remove("default", through=3)

    assert await stored.resets.reset(stream, Reset(ToPosition(2))) == BySnapshot()

    page = await stored.deliveries.read(stream, after=7, limit=10)
    assert [each.logged for each in page.pending] == [LoggedEvent(8, signal, STREAM_ID)]
    assert (await stored.deliveries.open(stream)).cursor == 7


async def test_free_space_is_used_again(stored: Logbook) -> None:
    large = [an_event(data=b"x" * 20_000) for _ in range(50)]
    (*_, last) = await stored.log.append(large, feed_cursor="2")
    before = await stored.retention.size()

    await stored.retention.remove("default", through=last.position)
    emptied = await stored.retention.size()
    await stored.log.append(large, feed_cursor="3")

    assert emptied < before / 2
    assert await stored.retention.size() <= before * 1.1


async def removing(logbook: Logbook, limits: Limits) -> tuple[RemoveOldEvents, Outbox]:
    """Return the command over a log, and the outbox of a stream that has settled three events."""
    await has_settled(logbook, 3)
    outboxes = Outboxes(epoch="name", end=6)
    outbox = Outbox(STREAM, await logbook.deliveries.open(STREAM))
    outboxes.put(outbox)
    settle = Settle(outboxes, logbook.deliveries)
    return RemoveOldEvents(logbook.retention, outboxes, settle, limits), outbox


async def test_by_age_goes_what_is_settled(stored: Logbook) -> None:
    remove, _ = await removing(stored, Limits(age=100, size=None))

    steps = [await remove(now=NOW + 105) for _ in range(2)]

    assert steps == [Step(3), Step()]
    assert await positions(stored) == [4, 5, 6]


async def test_by_age_goes_nothing_that_is_young(stored: Logbook) -> None:
    remove, _ = await removing(stored, Limits(age=100, size=None))

    assert await remove(now=NOW + 101) == Step()


async def test_by_size_goes_what_is_settled(stored: Logbook) -> None:
    remove, _ = await removing(stored, Limits(age=None, size=1))

    steps = [await remove(now=0) for _ in range(2)]

    assert steps == [Step(3), Step()]


@pytest.mark.parametrize(
    ("limits", "left"),
    [
        pytest.param(Limits(None, None, hard_age=100), [6], id="by age"),
        pytest.param(Limits(None, None, hard_size=1), [], id="by size"),
    ],
)
async def test_beyond_a_hard_limit_what_is_not_settled_is_dropped_and_told(
    stored: Logbook, limits: Limits, left: list[int]
) -> None:
    remove, outbox = await removing(stored, limits)

    step = await remove(now=NOW + 106)

    dropped = 3 - len(left)
    assert step == Step(6 - len(left), (Dropped("default", STREAM_ID, dropped),))
    assert await positions(stored) == left
    assert (outbox.dropped, outbox.scanned) == (dropped, 6 - len(left))
