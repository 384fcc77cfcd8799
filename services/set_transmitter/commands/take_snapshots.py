"""Bringing receivers up to the present state."""

from collections.abc import Collection
from dataclasses import dataclass, replace

from set_transmitter.commands.growth import Growth
from set_transmitter.domain.outbox import Outbox
from set_transmitter.domain.outboxes import Outboxes
from set_transmitter.domain.snapshots import SnapshotPage
from set_transmitter.ports.deliveries import Deliveries
from set_transmitter.ports.snapshots import Snapshots


@dataclass(frozen=True, slots=True)
class TakeSnapshots:
    """Begins snapshots, and logs them page by page."""

    snapshots: Snapshots
    deliveries: Deliveries
    outboxes: Outboxes
    growth: Growth

    @property
    def is_any_under_way(self) -> bool:
        """Whether there is a snapshot that has not been everywhere."""
        return bool(self.outboxes.walked)

    def due(self) -> Outbox | None:
        """Return a stream whose snapshot goes on now: the one that has come least far."""
        due = [outbox for outbox in self.outboxes.walked if outbox.wants_to_walk]
        return min(due, key=lambda one: one.snapshot.walked if one.snapshot else 0, default=None)

    async def read_again(self) -> None:
        """Take over from what is stored, after it was not known whether a page was logged."""
        async with self.growth.growing():
            stored = await self.snapshots.all()
            for outbox in self.outboxes:
                outbox.snapshot = stored.get(outbox.stream.stream_id)
                self.outboxes.note_snapshot(outbox)

    async def begin(self, stream_id: str) -> None:
        """Begin a snapshot of one stream, or begin it anew."""
        async with self.growth.growing():
            await self._begin({stream_id}, feed_cursor=None)

    async def begin_all(self, *, feed_cursor: str) -> set[str]:
        """Begin a snapshot of every stream, and return them; the feed goes on from a cursor."""
        async with self.growth.growing():
            # what is forwarded is no state of the store
            forwarding = {
                outbox.stream.stream_id for outbox in self.outboxes if outbox.stream.forwards
            }
            stream_ids = await self.deliveries.stream_ids() - forwarding
            return await self._begin(stream_ids, feed_cursor=feed_cursor)

    async def go_on(
        self, stream_id: str, page: SnapshotPage, *, after_key: str, feed_cursor: str, now: int
    ) -> set[str]:
        """Log a page, and return the streams that have something new.

        One that was read after another key than where the snapshot is now is of no use: it has
        begun anew meanwhile, and would leave out what is before.
        It counts as committed now, in microseconds since 1970: that is since when it is pending.
        """
        async with self.growth.growing():
            outbox = self.outboxes.get(stream_id)
            if outbox is None or outbox.snapshot is None or outbox.snapshot.key != after_key:
                return set()
            passing = map(self.outboxes.erasures.let_through, page.events)
            page = replace(page, events=tuple(event for event in passing if event is not None))
            dated = page.committed(max(now, outbox.stream.begins))
            outbox.snapshot, logged = await self.snapshots.go_on(
                stream_id, dated, feed_cursor=feed_cursor
            )
            self.outboxes.note_snapshot(outbox)
            return self.outboxes.share_out(logged)

    async def _begin(self, stream_ids: Collection[str], *, feed_cursor: str | None) -> set[str]:
        signals = {
            outbox.stream.stream_id: outbox.stream.signals
            for outbox in self.outboxes
            if outbox.stream.stream_id in stream_ids
        }
        begun = await self.snapshots.begin(stream_ids, feed_cursor=feed_cursor, signals=signals)
        for stream_id, snapshot in begun.items():
            outbox = self.outboxes.get(stream_id)
            if outbox is not None:
                outbox.begin(snapshot)
                self.outboxes.note_snapshot(outbox)
        return set(begun)
