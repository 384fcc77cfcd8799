"""Following the store's feed into the log, whatever becomes of the feed."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from support.changing_store import ChangingStore
from support.eventually import eventually
from support.transmitter_events import a_stream, an_event
from support.transmitter_in_memory import Transmitter, a_transmitter

from secevent.poll import SetErr
from servicekit.failures import CursorLostError
from set_transmitter.domain.events import Change, Event
from set_transmitter.domain.identifiers import jti_of
from set_transmitter.domain.snapshots import SnapshotPage
from set_transmitter.entrypoints.feed_loop import FeedLoop
from set_transmitter.entrypoints.stream_news import StreamNews

STREAM = a_stream()


@dataclass
class WaitingFeed:
    """A store's feed, which waits when there is nothing, and knows no cursor of an old epoch."""

    store: ChangingStore = field(default_factory=ChangingStore)

    async def read(self, cursor: str) -> tuple[Sequence[Change], str]:
        self._check(cursor)
        await eventually(lambda: int(cursor or 0) < len(self.store.feed), seconds=60)
        return await self.store.read(cursor)

    async def read_state(
        self, tenant: str, cursor: str, *, after_key: str
    ) -> tuple[Sequence[Change], SnapshotPage, str]:
        self._check(cursor)
        return await self.store.read_state(tenant, cursor, after_key=after_key)

    async def read_one(
        self, tenant: str, cursor: str, subject_uri: str
    ) -> tuple[Sequence[Change], Sequence[Event] | None, str]:
        changes, after = await self.store.read(cursor)
        state = [an_event(tenant=tenant, subject_uri=subject_uri, txn="state")]
        known = subject_uri.startswith("/Users/")
        return changes, state if known else None, after

    async def end(self) -> str:
        return str(len(self.store.feed))

    def _check(self, cursor: str) -> None:
        if cursor.startswith("old"):
            raise CursorLostError("EPOCH_CHANGED")


@asynccontextmanager
async def following(feed: WaitingFeed, transmitter: Transmitter) -> AsyncIterator[StreamNews]:
    news = StreamNews()
    loop = FeedLoop(
        feed, transmitter.take_in, transmitter.take_snapshots, transmitter.restate, news
    )
    running = asyncio.create_task(loop.run())
    yield news
    running.cancel()
    await asyncio.wait([running])


async def a_following_transmitter(cursor: str = "") -> Transmitter:
    transmitter = a_transmitter()
    transmitter.log.cursor = cursor
    await transmitter.configure(STREAM)
    return transmitter


def subjects(transmitter: Transmitter) -> list[tuple[str, str]]:
    events = [(one.event.kind, one.event.resource_id) for one in transmitter.log.events]
    return sorted(events)


async def test_a_snapshot_begins_while_the_feed_is_waited_for() -> None:
    feed, transmitter = WaitingFeed(), await a_following_transmitter()
    feed.store.change(("User", "a"))
    async with following(feed, transmitter) as news:
        await eventually(lambda: len(transmitter.log.events) == 1)

        await transmitter.begin_snapshot("default", STREAM.stream_id)
        news.publish_all()

        await eventually(lambda: transmitter.log.events[-1].only_for == STREAM.stream_id)


async def test_a_store_that_was_restored_is_told_of_to_every_stream() -> None:
    feed, transmitter = WaitingFeed(), await a_following_transmitter("old-epoch:7")
    for name in "abc":
        feed.store.change(("User", name))

    async with following(feed, transmitter):
        await eventually(lambda: len(transmitter.log.events) == 3)
        feed.store.change(("User", "d"))
        await eventually(lambda: len(transmitter.log.events) == 4)

    assert subjects(transmitter) == [("create", name) for name in "abcd"]
    assert [one.only_for for one in transmitter.log.events] == [STREAM.stream_id] * 3 + [""]


async def test_events_that_were_logged_unseen_are_scanned() -> None:
    feed, transmitter = WaitingFeed(), await a_following_transmitter()
    await transmitter.load(transmitter.outbox(STREAM))
    await transmitter.log.append([an_event()], feed_cursor="0")

    async with following(feed, transmitter):
        await eventually(lambda: transmitter.outbox(STREAM).wants_page)
    await transmitter.load(transmitter.outbox(STREAM))

    assert transmitter.outbox(STREAM).pending == 1


async def test_a_state_is_told_while_the_feed_is_waited_for_and_after_its_changes() -> None:
    feed, transmitter = WaitingFeed(), await a_following_transmitter()
    await transmitter.happen(an_event(), an_event(kind="patch", txn="2"))
    outbox = transmitter.outbox(STREAM)
    (first,) = outbox.backlog.take(1, now=0)
    await transmitter.prepare(outbox, [first], now=0)
    error = SetErr("invalid_request", "no")
    transmitter.settle.set_aside(outbox, first, error=error, at=1)
    letter = jti_of("epoch", 1, STREAM.stream_id)
    transmitter.log.cursor = "0"

    async with following(feed, transmitter):
        await asyncio.sleep(0)
        for number in range(3):
            feed.store.change(("User", f"new-{number}"))
        replayed = await transmitter.replay.one("default", letter, now=1)

    assert replayed.state == 1
    assert [one.event.txn for one in transmitter.log.events][-1] == "state"
    assert len(transmitter.log.events) == 6
