"""The event log and its deliveries in memory: the ports' fakes, held to the same contract."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from secevent.scim_events import DELETE
from set_transmitter.domain.backlog import Pending
from set_transmitter.domain.dead_letters import (
    STATE_KINDS,
    UNDELIVERED,
    FoundLetter,
    LetterPlace,
)
from set_transmitter.domain.erasures import Erasure, Removed
from set_transmitter.domain.events import Event, LoggedEvent, distinct, once_more
from set_transmitter.domain.logged_events import StreamStanding, standing_of
from set_transmitter.domain.progress import DeadLetter, Page, Progress, StoredProgress
from set_transmitter.domain.publications import REMEMBERED, Earlier, Publication
from set_transmitter.domain.resets import (
    DoneBefore,
    FromPosition,
    NotInLog,
    Reset,
    ResetOutcome,
    ResetTarget,
    ToDate,
    ToPosition,
)
from set_transmitter.domain.retention import Oldest, Removal
from set_transmitter.domain.routed import stored_routed
from set_transmitter.domain.snapshots import Snapshot, SnapshotPage
from set_transmitter.domain.stream_events import AnnouncedChange, StatusChange
from set_transmitter.domain.streams import Stream

ERASED: Any = "erased"


@dataclass
class MemoryEventLog:
    """A list of events."""

    name: str = "epoch"
    cursor: str = ""
    journal_cursor: str = ""
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

    async def add_routed(self, events: Sequence[Event]) -> list[LoggedEvent]:
        known = {logged.event.routed.key for logged in self.events if logged.event.routed}
        new = [each for each in distinct(events) if each.routed and each.routed.key not in known]
        return await self.append(new, feed_cursor=self.cursor)


@dataclass
class MemoryDeliveries:
    """Dictionaries by stream."""

    log: MemoryEventLog
    streams: dict[str, tuple[str, StoredProgress]] = field(default_factory=dict)
    jwts: dict[tuple[str, int], str | None] = field(default_factory=dict)
    letters: list[DeadLetter] = field(default_factory=list)
    snapshots: dict[str, Snapshot] = field(default_factory=dict)
    changes: dict[str, AnnouncedChange] = field(default_factory=dict)
    is_reset: set[tuple[str, int]] = field(default_factory=set)

    async def stream_ids(self) -> frozenset[str]:
        return frozenset(self.streams)

    async def open(self, stream: Stream) -> StoredProgress:
        if stream.stream_id not in self.streams:
            before = [
                logged.position
                for logged in self.log.events
                if not logged.only_for and not stream.has_begun_for(logged.event)
            ]
            of_others = [
                logged.position - 1
                for logged in self.log.events
                if not logged.event.resource_type
                and logged.event.tenant == stream.tenant
                and stream.has_begun_for(logged.event)
            ]
            fresh = StoredProgress(min([max(before, default=0), *of_others]), 0, 0, 0, 0)
            self.streams[stream.stream_id] = (stream.tenant, fresh)
        _, stored = self.streams[stream.stream_id]
        pending = len(self._unsettled(stream, stored.cursor))
        begun = self.snapshots.get(stream.stream_id)
        return replace(stored, pending=pending, end=len(self.log.events), snapshot=begun)

    async def read(self, stream: Stream, *, after: int, limit: int) -> Page:
        unsettled = self._unsettled(stream, after)[:limit]
        pending = tuple(self._pending(stream.stream_id, logged) for logged in unsettled)
        end = max(len(self.log.events), after)
        return Page(after, pending, pending[-1].position if len(pending) == limit else end)

    async def keep(self, stream_id: str, jwts: Mapping[int, str]) -> None:
        if stream_id in self.streams:
            for position, jwt in jwts.items():
                self.jwts.setdefault((stream_id, position), jwt)
                self.is_reset.discard((stream_id, position))

    async def record(self, progress: Sequence[Progress]) -> None:
        for of_stream in progress:
            if of_stream.stream_id in self.streams:
                self._record(of_stream)

    async def remove(self, stream_id: str) -> None:
        self.streams.pop(stream_id, None)
        self.snapshots.pop(stream_id, None)
        self.changes.pop(stream_id, None)
        self.jwts = {key: jwt for key, jwt in self.jwts.items() if key[0] != stream_id}
        self.letters = [letter for letter in self.letters if letter.stream_id != stream_id]

    async def dead_letters(self, tenant: str, stream_id: str | None) -> list[DeadLetter]:
        return [
            letter
            for letter in self.letters
            if self.streams[letter.stream_id][0] == tenant and stream_id in {None, letter.stream_id}
        ]

    def _pending(self, stream_id: str, logged: LoggedEvent) -> Pending:
        place = (stream_id, logged.position)
        jwt = self.jwts.get(place)
        return Pending(logged, jwt=None if place in self.is_reset else jwt, signed=jwt)

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


@dataclass
class MemoryDeadLetters:
    """Over the same lists."""

    deliveries: MemoryDeliveries

    async def page(
        self, tenant: str, *, stream_id: str | None, after: LetterPlace | None, limit: int
    ) -> list[DeadLetter]:
        found = await self.deliveries.dead_letters(tenant, stream_id)
        places = sorted((one.at, one.position, one.stream_id, one) for one in found)
        start = (-1, -1, "") if after is None else (after.at, after.position, after.stream_id)
        return [place[3] for place in places if place[:3] > start][:limit]

    async def find(self, tenant: str, stream_id: str, position: int) -> FoundLetter | None:
        found = await self.first(tenant, stream_id, limit=1000)
        return next((one for one in found if one.letter.position == position), None)

    async def first(self, tenant: str, stream_id: str, *, limit: int) -> list[FoundLetter]:
        letters = await self.deliveries.dead_letters(tenant, stream_id)
        events = {one.position: one for one in self.deliveries.log.events}
        events = {at: one for at, one in events.items() if one.event.kind != ERASED}
        letters.sort(key=lambda one: one.position)
        return [FoundLetter(one, events.get(one.position)) for one in letters][:limit]

    async def overtaken(self, stream: Stream, letters: Sequence[DeadLetter]) -> frozenset[int]:
        refused = {
            one.position
            for one in self.deliveries.letters
            if one.stream_id == stream.stream_id and one.err != UNDELIVERED
        }
        return frozenset(
            letter.position
            for letter in letters
            for later in self.deliveries.log.events[letter.position :]
            if later.event.subject_uri == letter.subject_uri
            and later.event.tenant == stream.tenant
            and later.event.kind in stream.topics & STATE_KINDS
            and stream.has_begun_for(later.event)
            and later.only_for in {"", stream.stream_id}
            and later.position not in refused
        )

    async def replay(
        self, stream_id: str, positions: Sequence[int], events: Sequence[Event]
    ) -> list[LoggedEvent] | None:
        there = [one for one in self.deliveries.letters if one.stream_id == stream_id]
        if not set(positions) <= {one.position for one in there}:
            return None
        tenant, _ = self.deliveries.streams[stream_id]
        await self.drop(tenant, stream_id, positions)
        log = self.deliveries.log
        return await log.append(events, feed_cursor=log.cursor, only_for=stream_id)

    async def drop(self, tenant: str, stream_id: str, positions: Sequence[int] | None) -> int:
        found = self.deliveries.streams.get(stream_id)
        if found is None or found[0] != tenant:
            return 0
        dropped = [
            one
            for one in self.deliveries.letters
            if one.stream_id == stream_id and (positions is None or one.position in positions)
        ]
        self.deliveries.letters = [one for one in self.deliveries.letters if one not in dropped]
        left = replace(found[1], dead_letters=found[1].dead_letters - len(dropped))
        self.deliveries.streams[stream_id] = (tenant, left)
        return len(dropped)


@dataclass
class MemoryResets:
    """Beside the deliveries; nothing is ever removed here."""

    deliveries: MemoryDeliveries

    async def reset(self, stream: Stream, reset: Reset) -> ResetOutcome:
        tenant, stored = self.deliveries.streams[stream.stream_id]
        if reset.revision and reset.revision <= stored.reset_revision:
            return DoneBefore()
        stored = replace(stored, reset_revision=reset.revision or stored.reset_revision)
        self.deliveries.streams[stream.stream_id] = (tenant, stored)
        first = self._first(stream, reset.target)
        if first is None:
            return NotInLog()
        gone = self._forget(stream.stream_id, first, anew=reset.anew)
        anew = stored.generations.anew_from(first) if reset.anew else stored.generations
        back = replace(
            stored,
            cursor=min(stored.cursor, first - 1),
            dead_letters=stored.dead_letters - gone,
            generations=anew,
        )
        self.deliveries.streams[stream.stream_id] = (tenant, back)
        return FromPosition(first)

    def _first(self, stream: Stream, target: ResetTarget) -> int | None:
        own = [
            logged
            for logged in self.deliveries.log.events
            if logged.event.tenant == stream.tenant and stream.has_begun_for(logged.event)
        ]
        match target:
            case ToPosition(position):
                here = [each for each in own if each.position == position]
                only_for = {"", stream.stream_id}
                return position if here and here[0].only_for in only_for else None
            case ToDate(committed):
                since = [each.position for each in own if each.event.committed >= committed]
                return min(since, default=len(self.deliveries.log.events) + 1)

    def _forget(self, stream_id: str, first: int, *, anew: bool) -> int:
        jwts, letters = self.deliveries.jwts, self.deliveries.letters
        there = {key for key in jwts if key[0] == stream_id and key[1] >= first}
        for key in there:
            if anew or jwts[key] is None:
                del jwts[key]
        self.deliveries.is_reset |= there
        left = [each for each in letters if each.stream_id != stream_id or each.position < first]
        self.deliveries.letters = left
        return len(letters) - len(left)


class MemoryRetention:
    """Of no use: positions are places in a list here."""

    async def size(self) -> int:
        raise NotImplementedError

    async def oldest(self) -> Sequence[Oldest]:
        raise NotImplementedError

    async def cut(self, tenant: str, *, committed_before: int | None, limit: int) -> int:
        raise NotImplementedError

    async def remove(self, tenant: str, *, through: int) -> Removal:
        raise NotImplementedError

    async def drop(self, stream: Stream, *, through: int) -> int:
        raise NotImplementedError


@dataclass
class MemoryLoggedEvents:
    """Over the list of events."""

    deliveries: MemoryDeliveries

    async def after(
        self, tenant: str, position: int, *, limit: int, stream: Stream | None
    ) -> Sequence[LoggedEvent]:
        found = [each for each in self._own(tenant, stream) if each.position > position]
        return found[:limit]

    async def newest(
        self, tenant: str, *, limit: int, stream: Stream | None
    ) -> Sequence[LoggedEvent]:
        return self._own(tenant, stream)[-limit:]

    async def get(self, tenant: str, position: int) -> LoggedEvent | None:
        return next((each for each in self._own(tenant, None) if each.position == position), None)

    async def standings(self, tenant: str, position: int) -> Sequence[StreamStanding]:
        letters = {(each.stream_id, each.position) for each in self.deliveries.letters}
        standings = []
        for stream_id, (of, stored) in sorted(self.deliveries.streams.items()):
            place = (stream_id, position)
            jwt = self.deliveries.jwts.get(place, "")
            standing = standing_of(
                is_settled=position <= stored.cursor or jwt is None,
                is_kept=bool(jwt),
                is_set_aside=place in letters,
            )
            if of == tenant:
                standings.append(StreamStanding(stream_id, standing))
        return standings

    def _own(self, tenant: str, stream: Stream | None) -> list[LoggedEvent]:
        return [
            logged
            for logged in self.deliveries.log.events
            if logged.event.tenant == tenant and (stream is None or _is_for(stream, logged))
        ]


def _is_for(stream: Stream, logged: LoggedEvent) -> bool:
    event = logged.event
    is_told = event.topic in stream.topics and stream.has_begun_for(event)
    return is_told and logged.only_for in {"", stream.stream_id}


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
                once_more(one.event)
                for one in log.events[stored.cursor : snapshot.started]
                if ":" in one.event.topic
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
class MemoryStreamEvents:
    """Beside the log."""

    log: MemoryEventLog
    changes: dict[str, AnnouncedChange] = field(default_factory=dict)

    async def journal_cursor(self) -> str:
        return self.log.journal_cursor

    async def answer(
        self, answers: Sequence[tuple[str, Event]], *, journal_cursor: str
    ) -> list[LoggedEvent]:
        self.log.journal_cursor = journal_cursor
        return [await self._append(*addressed) for addressed in answers]

    async def tell(self, stream_id: str, event: Event) -> LoggedEvent:
        return await self._append(stream_id, event)

    async def announce(self, change: StatusChange, event: Event) -> LoggedEvent:
        logged = await self._append(change.stream_id, event)
        self.changes[change.stream_id] = AnnouncedChange(change, logged.position)
        return logged

    async def announced(self) -> Sequence[AnnouncedChange]:
        return sorted(self.changes.values(), key=lambda announced: announced.position)

    async def conclude(self, announced: AnnouncedChange) -> None:
        stream_id = announced.change.stream_id
        if self.changes.get(stream_id) == announced:
            del self.changes[stream_id]

    async def _append(self, stream_id: str, event: Event) -> LoggedEvent:
        (logged,) = await self.log.append([event], feed_cursor=self.log.cursor, only_for=stream_id)
        return logged


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
            routed = event.routed and stored_routed(event.routed.key, None)
            emptied = replace(event.without_person(), routed=routed)
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
