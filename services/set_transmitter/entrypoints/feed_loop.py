"""Following the resource store: its changes, and for snapshots its state, into the event log."""

import asyncio
import time
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import structlog

from servicekit.failures import CursorLostError
from servicekit.following import follow
from set_transmitter.commands.restate import Restate, StateWanted
from set_transmitter.commands.take_in_changes import TakeInChanges
from set_transmitter.commands.take_snapshots import TakeSnapshots
from set_transmitter.domain.events import Change, Event
from set_transmitter.domain.outbox import Outbox
from set_transmitter.domain.snapshots import SnapshotPage
from set_transmitter.entrypoints.stream_news import StreamNews

_LOOK_SECONDS: Final = 0.1
_LONGEST_WAIT: Final = 3600.0

_log = structlog.get_logger()


class Feed(Protocol):
    """The store, as the transmitter reads it."""

    async def read(self, cursor: str) -> tuple[Sequence[Change], str]:
        """Return the changes after a cursor, waiting a while for a first, and the next cursor."""
        ...

    async def read_state(
        self, tenant: str, cursor: str, *, after_key: str
    ) -> tuple[Sequence[Change], SnapshotPage, str]:
        """Return the changes after a cursor, or else a page of the state; and the next cursor."""
        ...

    async def read_one(
        self, tenant: str, cursor: str, subject_uri: str
    ) -> tuple[Sequence[Change], Sequence[Event] | None, str]:
        """Return the changes after a cursor, or else a resource's state; and the next cursor.

        None is the state of what is of no known type.
        """
        ...

    async def end(self) -> str:
        """Return the cursor of the feed's present end."""
        ...


@dataclass(frozen=True, slots=True)
class _PageFor:
    stream_id: str
    page: SnapshotPage
    after_key: str


@dataclass(frozen=True, slots=True)
class _StateFor:
    wanted: StateWanted
    events: Sequence[Event] | None


Entry = Change | _PageFor | _StateFor


@dataclass(frozen=True, slots=True)
class FeedLoop:
    """Takes in changes and the pages of snapshots, one at a time, for as long as the process lives.

    A store that was restored has another feed, which does not tell what it had before. Then every
    stream gets a snapshot, and the feed is followed from its end on.
    """

    feed: Feed
    take_in: TakeInChanges
    take_snapshots: TakeSnapshots
    restate: Restate
    news: StreamNews

    async def run(self) -> None:
        """Follow the feed until cancelled."""
        await follow("changes", start=self._start, read=self._read, handle=self._handle)

    async def _start(self) -> str:
        await self.take_snapshots.read_again()
        behind, cursor = await self.take_in.begin()
        self.news.publish(behind)
        return cursor

    async def _read(self, cursor: str) -> tuple[Sequence[Entry], str]:
        try:
            while True:
                if (wanted := self.restate.due()) is not None:
                    return await self._read_one(wanted, cursor)
                if (outbox := self.take_snapshots.due()) is not None:
                    return await self._read_state(outbox, cursor)
                found = await self._unless_due(self.feed.read(cursor))
                if found is not None:
                    return found
        except CursorLostError as error:
            await self._begin_anew(str(error))
            raise

    async def _read_state(self, outbox: Outbox, cursor: str) -> tuple[Sequence[Entry], str]:
        stream, snapshot = outbox.stream, outbox.snapshot
        key = snapshot.key if snapshot else ""
        changes, page, after = await self.feed.read_state(stream.tenant, cursor, after_key=key)
        return changes or [_PageFor(stream.stream_id, page, key)], after

    async def _read_one(self, wanted: StateWanted, cursor: str) -> tuple[Sequence[Entry], str]:
        changes, events, after = await self.feed.read_one(wanted.tenant, cursor, wanted.subject_uri)
        return changes or [_StateFor(wanted, events)], after

    async def _handle(self, entries: Sequence[Entry], cursor: str) -> None:
        changes = [entry for entry in entries if isinstance(entry, Change)]
        told: set[str] = set()
        if changes:
            told |= await self.take_in(changes, feed_cursor=cursor)
        now = time.time_ns() // 1000
        for entry in entries:
            match entry:
                case _PageFor(stream_id, page, after_key):
                    told |= await self.take_snapshots.go_on(
                        stream_id, page, after_key=after_key, feed_cursor=cursor, now=now
                    )
                case _StateFor(wanted, events):
                    told |= await self.restate.tell(wanted, events, now=now)
        self.news.log.publish()
        self.news.publish(told)

    async def _begin_anew(self, reason: str) -> None:
        begun = await self.take_snapshots.begin_all(feed_cursor=await self.feed.end())
        _log.warning("feed.began_anew", feed="changes", reason=reason, snapshots=len(begun))
        self.news.log.publish()
        self.news.publish(begun)

    async def _unless_due(
        self, reading: Awaitable[tuple[Sequence[Change], str]]
    ) -> tuple[Sequence[Change], str] | None:
        """Return what is read; None when a snapshot is to go on before there is anything."""
        read = asyncio.ensure_future(reading)
        due = asyncio.create_task(self._until_due())
        wanted = asyncio.create_task(self.restate.until_due())
        try:
            await asyncio.wait({read, due, wanted}, return_when=asyncio.FIRST_COMPLETED)
            return read.result() if read.done() else None
        finally:
            for each in (due, wanted, read):
                each.cancel()

    async def _until_due(self) -> None:
        while self.take_snapshots.due() is None:
            edition = self.news.log.edition
            is_any = self.take_snapshots.is_any_under_way
            seconds = _LOOK_SECONDS if is_any else _LONGEST_WAIT
            await self.news.log.wait_past(edition, seconds=seconds)
