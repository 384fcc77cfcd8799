"""One stream's deliveries: its configuration, what it has pending, and how far it has looked."""

from typing import Final

from set_transmitter.domain.backlog import Backlog, Pending
from set_transmitter.domain.events import LoggedEvent
from set_transmitter.domain.identifiers import jti_of
from set_transmitter.domain.patience import Course
from set_transmitter.domain.progress import Page, SnapshotState, StoredProgress
from set_transmitter.domain.snapshots import MOST_UNSETTLED, Snapshot
from set_transmitter.domain.streams import Stream, StreamStatus

WINDOW: Final = 512
"""The most events of a stream in memory; it scans the log for the others when it gets to them."""


class Outbox:
    """A stream that follows the log's tail, or is `lagging`: then it scans the log in pages."""

    def __init__(self, stream: Stream, stored: StoredProgress) -> None:
        self.stream = stream
        self.backlog = Backlog()
        self.acknowledged = stored.acknowledged
        self.dead_letters = stored.dead_letters
        self.snapshot = stored.snapshot
        self.course = Course()
        self.generations = stored.generations
        self.reset_revision = stored.reset_revision
        self.dropped = stored.dropped
        self.last_error = ""
        self.is_closed = False
        self.lagging = True
        self.scanned = stored.cursor
        self.stored_cursor = stored.cursor
        self._unscanned = stored.pending
        self._counted_through = stored.end

    @property
    def pending(self) -> int:
        """How many events are neither acknowledged nor set aside; exact when not lagging."""
        return len(self.backlog) + self._unscanned

    @property
    def oldest_pending(self) -> int:
        """When the oldest pending event was committed; 0 when none is pending."""
        oldest = self.backlog.oldest
        return 0 if oldest is None else oldest.logged.event.committed

    @property
    def is_sending(self) -> bool:
        """Whether SETs may go out."""
        return self.stream.status is StreamStatus.ENABLED and not self.is_closed

    @property
    def wants_page(self) -> bool:
        """Whether it is time to scan on."""
        return self.lagging and len(self.backlog) <= WINDOW // 2

    @property
    def page_size(self) -> int:
        """How many events there is room for."""
        return WINDOW - len(self.backlog)

    def has_settled(self, position: int) -> bool:
        """Tell whether nothing more is to be done about an event that is for this stream."""
        is_scanned = not self.lagging or position <= self.scanned
        return is_scanned and position not in self.backlog

    def jti_of(self, logged: LoggedEvent, *, epoch: str) -> str:
        """Return the jti under which an event goes out, now and after a reset."""
        routed = logged.event.routed
        if logged.event.kind == "forwarded" and routed is not None:
            return routed.jti
        return self.jti_at(logged.position, epoch=epoch)

    def jti_at(self, position: int, *, epoch: str) -> str:
        """Return the jti of what is signed here of the event at a position."""
        return jti_of(epoch, position, self.stream.stream_id, self.generations.at(position))

    def cursor(self, end: int) -> int:
        """Return the position up to which all is settled, when the log ends at `end`."""
        oldest = self.backlog.oldest
        if oldest is not None:
            return oldest.position - 1
        return self.scanned if self.lagging else max(self.scanned, end)

    @property
    def is_walked(self) -> bool:
        """Whether its snapshot is under way."""
        return self.snapshot is not None and not self.snapshot.is_complete

    @property
    def wants_to_walk(self) -> bool:
        """Whether its snapshot goes on now."""
        return self.is_walked and self.is_sending and self.pending < MOST_UNSETTLED

    def snapshot_state(self, end: int) -> SnapshotState | None:
        """Return how far the snapshot is, when the log ends at `end`; None when none was begun."""
        if self.snapshot is None:
            return None
        cursor = self.cursor(end)
        # the cursor stays behind for one that is slow; the number pending counts changes, too
        walked = self.snapshot.walked
        return SnapshotState(
            total=self.snapshot.total,
            walked=walked,
            settled=max(self.snapshot.settled(cursor), walked - self.pending),
            is_finished=self.snapshot.is_settled(cursor),
        )

    def wants(self, logged: LoggedEvent) -> bool:
        """Tell whether an event of the log is for this stream."""
        if not self.stream.tells_of(logged.event, in_snapshot=bool(logged.only_for)):
            return False
        if not self.stream.has_begun_for(logged.event):
            return False
        if logged.only_for:
            return logged.only_for == self.stream.stream_id
        return self.snapshot is None or self.snapshot.tells_of(logged)

    def begin(self, snapshot: Snapshot) -> None:
        """Begin a snapshot at the end of the log; only what is being sent is still seen through.

        Signals that are logged once more for the stream are there to be scanned.
        """
        self.snapshot = snapshot
        self.backlog.drop_waiting()
        self.lagging = bool(self.stream.signals)
        self.scanned = snapshot.started
        self._unscanned = 0

    def offer(self, logged: LoggedEvent) -> None:
        """Take in an event from the log's tail, or note that the stream lags behind it."""
        if logged.position <= self.scanned:
            return
        if not self.lagging and len(self.backlog) < WINDOW:
            self.backlog.add(Pending(logged))
            return
        if not self.lagging:
            self.lagging = True
            self.scanned = logged.position - 1
        if logged.position > self._counted_through:
            self._counted_through = logged.position
            self._unscanned += 1

    def fall_behind(self, end: int) -> None:
        """Note that the log goes on after `end` with events that are not offered."""
        if not self.lagging:
            self.lagging = True
            self.scanned = max(self.scanned, end)

    def load(self, page: Page, *, end: int) -> None:
        """Take in a page of the log, which ends at `end` as far as its tail has been offered.

        Several may read at a time. What was read for a stream that follows the tail by now may have
        come by the tail as well.
        """
        if not self.lagging or page.after != self.scanned:
            return
        for pending in page.pending:
            # What was signed stays as it is, whatever the receiver may see by now.
            if pending.jwt is not None or self.wants(pending.logged):
                self.backlog.add(pending)
        self.scanned = page.scanned
        self.lagging = self.scanned < end
        self._unscanned = max(self._unscanned - len(page.pending), 0) if self.lagging else 0

    def drop_through(self, position: int, *, end: int) -> None:
        """Forget what is pending up to a position, in a log that ends at `end`."""
        self.backlog.drop_through(position)
        if self.lagging and self.scanned <= position:
            self.scanned = position
            self.lagging = position < end
            self._unscanned = 0

    def close(self, *, end: int) -> None:
        """Take part in nothing more: what is still under way is settled by nobody."""
        self.scanned = self.cursor(end)
        self.lagging = True
        self.is_closed = True
        self.backlog = Backlog()
