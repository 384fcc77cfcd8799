"""All streams over one log, and which of them an event is for."""

from collections.abc import Iterable, Iterator

from set_transmitter.domain.erasures import Erasures
from set_transmitter.domain.events import LoggedEvent
from set_transmitter.domain.outbox import Outbox


class Outboxes:
    """Every stream's outbox, with an inverted index by which the tail of the log is shared out.

    `epoch` names the log; `end` is the last position that has been offered to the streams.
    """

    def __init__(self, *, epoch: str, end: int) -> None:
        self.epoch = epoch
        self.end = end
        self.erasures = Erasures()
        self._by_id: dict[str, Outbox] = {}
        self._index: dict[tuple[str, str], dict[str, Outbox]] = {}
        self._walked: dict[str, Outbox] = {}

    def __iter__(self) -> Iterator[Outbox]:
        return iter(tuple(self._by_id.values()))

    @property
    def walked(self) -> Iterable[Outbox]:
        """Those whose snapshot is under way: looking for them must not cost what all cost."""
        return tuple(self._walked.values())

    def note_snapshot(self, outbox: Outbox) -> None:
        """Take note of whether a stream's snapshot is under way."""
        stream_id = outbox.stream.stream_id
        if outbox.is_walked and self._by_id.get(stream_id) is outbox:
            self._walked[stream_id] = outbox
        else:
            self._walked.pop(stream_id, None)

    def get(self, stream_id: str) -> Outbox | None:
        """Return a stream's outbox; None when there is no such stream."""
        return self._by_id.get(stream_id)

    def put(self, outbox: Outbox) -> None:
        """Begin, or begin anew, to share events out to a stream."""
        stream = outbox.stream
        self.remove(stream.stream_id)
        self._by_id[stream.stream_id] = outbox
        for topic in stream.topics:
            self._index.setdefault((stream.tenant, topic), {})[stream.stream_id] = outbox
        self.note_snapshot(outbox)

    def remove(self, stream_id: str) -> None:
        """Share nothing out to a stream any more."""
        outbox = self._by_id.pop(stream_id, None)
        self._walked.pop(stream_id, None)
        if outbox is None:
            return
        for topic in outbox.stream.topics:
            del self._index[outbox.stream.tenant, topic][stream_id]

    def reach(self, end: int) -> set[str]:
        """Let the streams scan what the log has beyond what they were offered, and return them.

        That is so when it was not known whether an append had succeeded, and it had.
        """
        if end <= self.end:
            return set()
        for outbox in self:
            outbox.fall_behind(self.end)
        self.end = end
        return set(self._by_id)

    def share_out(self, tail: Iterable[LoggedEvent]) -> set[str]:
        """Offer new events, in order, to the streams that want them, and return whose they are."""
        told: set[str] = set()
        for logged in tail:
            # An append that seemed to fail may have succeeded, and another one have come after it.
            told |= self.reach(logged.position - 1)
            for outbox in self._addressed(logged):
                if outbox.wants(logged):
                    outbox.offer(logged)
                    told.add(outbox.stream.stream_id)
            self.end = logged.position
        return told

    def _addressed(self, logged: LoggedEvent) -> Iterable[Outbox]:
        event = logged.event
        if not logged.only_for:
            return self._index.get((event.tenant, event.topic), {}).values()
        only = self.get(logged.only_for)
        return () if only is None else (only,)
