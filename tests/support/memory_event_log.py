"""The event log and its deliveries in memory: the ports' fakes, held to the same contract."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from secevent.scim_events import DELETE
from set_transmitter.domain.backlog import Pending
from set_transmitter.domain.erasures import Erasure, Removed
from set_transmitter.domain.events import Event, LoggedEvent
from set_transmitter.domain.progress import DeadLetter, Page, Progress, StoredProgress
from set_transmitter.domain.publications import REMEMBERED, Earlier, Publication
from set_transmitter.domain.snapshots import Snapshot, SnapshotPage
from set_transmitter.domain.streams import Stream

ERASED: Any = "erased"


@dataclass
class MemoryEventLog:
    """A list of events."""

    name: str = "epoch"
    cursor: str = ""
    events: list[LoggedEvent] = field(default_factory=list)
    published: dict[tuple[str, str, str], tuple[str, int]] = field(default_factory=dict)

    async def epoch(self) -> str:
        return self.name

    async def end(self) -> int:
        return len(self.events)

    async def feed_cursor(self) -> str:
        return self.cursor

    async def publish(
        self, publications: Sequence[Publication], *, at: int
    ) -> list[LoggedEvent | Earlier]:
        self.published = {
            key: known for key, known in self.published.items() if known[1] >= at - REMEMBERED
        }
        return [await self._publish(each, at) for each in publications]

    async def _publish(self, publication: Publication, at: int) -> LoggedEvent | Earlier:
        event = publication.event
        if publication.identity is not None:
            key = (event.tenant, event.txn, publication.identity)
            if key in self.published:
                return Earlier(self.published[key][0])
            self.published[key] = (publication.digest, at)
        (logged,) = await self.append([event], feed_cursor=self.cursor)
        return logged

    async def append(
        self, events: Sequence[Event], *, feed_cursor: str, only_for: str = ""
    ) -> list[LoggedEvent]:
        end = len(self.events)
        logged = [LoggedEvent(end + n, event, only_for) for n, event in enumerate(events, 1)]
        self.events.extend(logged)
        self.cursor = feed_cursor
        return logged


@dataclass
class MemoryDeliveries:
    """Dictionaries by stream."""

    log: MemoryEventLog
    streams: dict[str, tuple[str, StoredProgress]] = field(default_factory=dict)
    jwts: dict[tuple[str, int], str | None] = field(default_factory=dict)
    letters: list[DeadLetter] = field(default_factory=list)
    snapshots: dict[str, Snapshot] = field(default_factory=dict)

    async def stream_ids(self) -> frozenset[str]:
        return frozenset(self.streams)

    async def open(self, stream: Stream) -> StoredProgress:
        if stream.stream_id not in self.streams:
            before = [
                logged.position
                for logged in self.log.events
                if not logged.only_for and not stream.has_begun_for(logged.event)
            ]
            published = [
                logged.position - 1
                for logged in self.log.events
                if logged.event.is_published
                and logged.event.tenant == stream.tenant
                and stream.has_begun_for(logged.event)
            ]
            fresh = StoredProgress(min([max(before, default=0), *published]), 0, 0, 0, 0)
            self.streams[stream.stream_id] = (stream.tenant, fresh)
        _, stored = self.streams[stream.stream_id]
        pending = len(self._unsettled(stream, stored.cursor))
        begun = self.snapshots.get(stream.stream_id)
        return replace(stored, pending=pending, end=len(self.log.events), snapshot=begun)

    async def read(self, stream: Stream, *, after: int, limit: int) -> Page:
        unsettled = self._unsettled(stream, after)[:limit]
        pending = tuple(
            Pending(logged, self.jwts.get((stream.stream_id, logged.position)))
            for logged in unsettled
        )
        end = max(len(self.log.events), after)
        return Page(after, pending, pending[-1].position if len(pending) == limit else end)

    async def keep(self, stream_id: str, jwts: Mapping[int, str]) -> None:
        if stream_id in self.streams:
            for position, jwt in jwts.items():
                self.jwts.setdefault((stream_id, position), jwt)

    async def record(self, progress: Sequence[Progress]) -> None:
        for of_stream in progress:
            if of_stream.stream_id in self.streams:
                self._record(of_stream)

    async def remove(self, stream_id: str) -> None:
        self.streams.pop(stream_id, None)
        self.snapshots.pop(stream_id, None)
        self.jwts = {key: jwt for key, jwt in self.jwts.items() if key[0] != stream_id}
        self.letters = [letter for letter in self.letters if letter.stream_id != stream_id]

    async def dead_letters(self, tenant: str, stream_id: str | None) -> list[DeadLetter]:
        return [
            letter
            for letter in self.letters
            if self.streams[letter.stream_id][0] == tenant and stream_id in {None, letter.stream_id}
        ]

    def _record(self, progress: Progress) -> None:
        stream_id = progress.stream_id
        tenant, stored = self.streams[stream_id]
        dead = [letter for letter in progress.dead_letters if letter not in self.letters]
        self.letters.extend(dead)
        settled = replace(
            stored,
            cursor=max(stored.cursor, progress.cursor),
            acknowledged=stored.acknowledged + self._settle(stream_id, progress.acknowledged),
            dead_letters=stored.dead_letters
            + self._settle(stream_id, [letter.position for letter in dead]),
        )
        self.streams[stream_id] = (tenant, settled)

    def _settle(self, stream_id: str, positions: Sequence[int]) -> int:
        fresh = [position for position in positions if self.jwts.get((stream_id, position))]
        self.jwts.update({(stream_id, position): None for position in fresh})
        return len(fresh)

    def _unsettled(self, stream: Stream, after: int) -> list[LoggedEvent]:
        return [
            logged
            for logged in self.log.events
            if logged.position > after
            and logged.event.tenant == stream.tenant
            and logged.event.topic in stream.topics
            and stream.has_begun_for(logged.event)
            and logged.only_for in {"", stream.stream_id}
            and self.jwts.get((stream.stream_id, logged.position), "") is not None
        ]


class MemoryTenantRecords:
    """Of no use: positions are places in a list here."""

    async def remove(self, tenant: str, *, limit: int) -> int:
        raise NotImplementedError


@dataclass
class MemorySnapshots:
    """Beside the deliveries."""

    deliveries: MemoryDeliveries

    async def all(self) -> Mapping[str, Snapshot]:
        return dict(self.deliveries.snapshots)

    async def begin(
        self,
        stream_ids: Collection[str],
        *,
        feed_cursor: str | None,
        signals: Mapping[str, Collection[str]],
    ) -> Mapping[str, Snapshot]:
        log, streams = self.deliveries.log, self.deliveries.streams
        log.cursor = log.cursor if feed_cursor is None else feed_cursor
        begun = {each: Snapshot(len(log.events)) for each in stream_ids if each in streams}
        for stream_id, snapshot in begun.items():
            tenant, stored = streams[stream_id]
            types = signals.get(stream_id)
            kept = [
                one.event
                for one in log.events[stored.cursor : snapshot.started]
                if one.event.kind == "signal"
                and (types is None or one.event.event_type in types)
                and one.event.tenant == tenant
                and one.only_for in {"", stream_id}
                and self.deliveries.jwts.get((stream_id, one.position), "") is not None
            ]
            await log.append(kept, feed_cursor=log.cursor, only_for=stream_id)
            streams[stream_id] = (tenant, replace(stored, cursor=snapshot.started))
            self.deliveries.jwts = {
                key: jwt for key, jwt in self.deliveries.jwts.items() if key[0] != stream_id
            }
        self.deliveries.snapshots.update(begun)
        return begun

    async def go_on(
        self, stream_id: str, page: SnapshotPage, *, feed_cursor: str
    ) -> tuple[Snapshot | None, list[LoggedEvent]]:
        found = self.deliveries.snapshots.get(stream_id)
        events = () if found is None else page.events
        log = self.deliveries.log
        logged = await log.append(events, feed_cursor=feed_cursor, only_for=stream_id)
        if found is None:
            return None, logged
        gone_on = found.gone_on(page, end=len(log.events))
        self.deliveries.snapshots[stream_id] = gone_on
        return gone_on, logged


@dataclass
class MemoryErasing:
    """Over the lists and dictionaries of the others."""

    deliveries: MemoryDeliveries

    async def erase(self, erasure: Erasure) -> Removed:
        log, events, sets = self.deliveries.log, 0, 0
        for place, logged in enumerate(log.events):
            event = logged.event
            if not erasure.concerns(event) or event.origin_clock > erasure.through:
                continue
            emptied = event.without_person()
            if not event.outlives_erasure:
                events += event.kind != ERASED
                emptied = replace(emptied, kind=ERASED, event_type="", data=None, attributes=())
            log.events[place] = replace(logged, event=emptied)
            sets += self._forget_sets(logged.position, is_deletion=event.outlives_erasure)
        before = len(self.deliveries.letters)
        self._forget_letters(erasure)
        return Removed(events, sets, before - len(self.deliveries.letters))

    async def make_unreadable(self) -> None:
        return

    def _forget_sets(self, position: int, *, is_deletion: bool) -> int:
        here = {key: jwt for key, jwt in self.deliveries.jwts.items() if key[1] == position}
        for key, jwt in here.items():
            if jwt is not None or not is_deletion:
                del self.deliveries.jwts[key]
        return sum(jwt is not None for jwt in here.values())

    def _forget_letters(self, erasure: Erasure) -> None:
        left = []
        for letter in self.deliveries.letters:
            tenant, _ = self.deliveries.streams[letter.stream_id]
            if tenant != erasure.tenant or not letter.subject_uri.endswith(erasure.path):
                left.append(letter)
            elif letter.event_type == DELETE:
                left.append(replace(letter, description=""))
        self.deliveries.letters = left
