"""What a stream still has to deliver, handed out so that each subject keeps its order."""

from collections import deque
from dataclasses import dataclass, replace
from enum import Enum, auto
from heapq import heappop, heappush
from math import inf

from set_transmitter.domain.erasures import Erasure
from set_transmitter.domain.events import LoggedEvent


class Standing(Enum):
    """Where a pending event is."""

    QUEUED = auto()
    """Behind an earlier event of its subject."""
    FREE = auto()
    TAKEN = auto()
    PARKED = auto()
    """Free again when its time has come."""
    SETTLED = auto()


@dataclass(slots=True, eq=False)
class Pending:
    """An event that is not settled; `jwt` is what was or will be sent, once it is kept.

    `signed` is the same from the moment it is made: it may be kept though nobody knows yet.
    """

    logged: LoggedEvent
    jwt: str | None = None
    signed: str | None = None
    failures: int = 0
    refusals: int = 0
    failing_since: float = inf
    refused_since: float = inf
    standing: Standing = Standing.QUEUED
    parked_until: float = 0.0
    is_erased: bool = False
    """It has been erased while it was under way: it is not sent again as it was."""

    @property
    def position(self) -> int:
        """The event's place in the log."""
        return self.logged.position

    @property
    def subject_uri(self) -> str:
        """The resource that the event is about."""
        return self.logged.event.subject_uri


class Backlog:
    """Pending events by position. Of one subject only the oldest is ever free, taken or parked."""

    def __init__(self) -> None:
        self._pending: dict[int, Pending] = {}
        self._queues: dict[str, deque[Pending]] = {}
        self._free: list[int] = []
        self._parked: list[tuple[float, int]] = []

    def __len__(self) -> int:
        return len(self._pending)

    def __contains__(self, position: int) -> bool:
        return position in self._pending

    @property
    def oldest(self) -> Pending | None:
        """The pending event with the lowest position."""
        return next(iter(self._pending.values()), None)

    def add(self, pending: Pending) -> None:
        """Take in an event that is later than all others here."""
        queue = self._queues.setdefault(pending.subject_uri, deque())
        queue.append(pending)
        self._pending[pending.position] = pending
        if len(queue) == 1:
            self._set_free(pending)

    def take(self, limit: int, *, now: float) -> list[Pending]:
        """Take up to `limit` free events, oldest first; they are out until released or parked."""
        taken: list[Pending] = []
        while len(taken) < limit and self.has_free(now=now):
            pending = self._pending[heappop(self._free)]
            pending.standing = Standing.TAKEN
            taken.append(pending)
        return taken

    def take_parked(self) -> Pending | None:
        """Take the parked event whose time comes first, before it has come."""
        if self.next_free_at() is None:
            return None
        _, position = heappop(self._parked)
        pending = self._pending[position]
        if pending.is_erased:
            self._set_free(pending)
            return next(iter(self.take(1, now=-inf)), None)
        pending.standing = Standing.TAKEN
        return pending

    def release(self, pending: Pending) -> None:
        """Set a taken event free again; one that is parked or settled by now stays so."""
        if pending.standing is Standing.TAKEN:
            self._set_free(pending)

    def unpark(self, pending: Pending) -> None:
        """Set a parked event free before its time."""
        if pending.standing is Standing.PARKED:
            self._set_free(pending)

    def forgive(self) -> None:
        """Set everything that is parked free, and forget how often it has failed."""
        for pending in list(self._pending.values()):
            pending.failures = pending.refusals = 0
            pending.failing_since = pending.refused_since = inf
            self.unpark(pending)

    def park(self, pending: Pending, *, until: float) -> None:
        """Keep a taken event, and all later ones of its subject, back for some time."""
        if pending.standing is Standing.TAKEN:
            pending.standing = Standing.PARKED
            pending.parked_until = until
            heappush(self._parked, (until, pending.position))

    def find(self, position: int) -> Pending | None:
        """Return the pending event at a position if no earlier one of its subject is pending."""
        pending = self._pending.get(position)
        if pending is None or pending.standing is Standing.QUEUED:
            return None
        return pending

    def forwarded(self) -> dict[str, int]:
        """Return the positions of what is forwarded, by the jti that it came with; the oldest."""
        found: dict[str, int] = {}
        for position, pending in self._pending.items():
            if pending.logged.event.routed is not None:
                found.setdefault(pending.logged.event.routed.jti, position)
        return found

    def settle(self, pending: Pending) -> bool:
        """Forget an event that is delivered or set aside; False when that was done before."""
        if self._pending.get(pending.position) is not pending:
            return False
        del self._pending[pending.position]
        pending.standing = Standing.SETTLED
        queue = self._queues[pending.subject_uri]
        queue.popleft()
        if queue:
            self._set_free(queue[0])
        else:
            del self._queues[pending.subject_uri]
        return True

    def erase(self, erasure: Erasure) -> None:
        """Forget what is not to be told any more; what is under way, once it comes back."""
        for subject_uri, queue in list(self._queues.items()):
            if erasure.concerns(queue[0].logged.event):
                self._erase(subject_uri, queue, erasure)

    def _erase(self, subject_uri: str, queue: deque[Pending], erasure: Erasure) -> None:
        left: deque[Pending] = deque()
        for pending in queue:
            if self._survives(pending, erasure):
                left.append(pending)
            else:
                del self._pending[pending.position]
                pending.standing = Standing.SETTLED
        if not left:
            del self._queues[subject_uri]
            return
        self._queues[subject_uri] = left
        if left[0].standing is Standing.QUEUED:
            self._set_free(left[0])

    def _survives(self, pending: Pending, erasure: Erasure) -> bool:
        event = pending.logged.event
        is_under_way = pending.standing in {Standing.TAKEN, Standing.PARKED}
        if erasure.covers(event):
            pending.is_erased = is_under_way
            return is_under_way
        if event.origin_clock <= erasure.through:
            pending.logged = replace(pending.logged, event=event.without_person())
            pending.is_erased = is_under_way
            if not is_under_way:
                pending.jwt = pending.signed = None
        return True

    def drop_through(self, position: int) -> None:
        """Forget everything up to a position."""
        while (oldest := self.oldest) is not None and oldest.position <= position:
            self.settle(oldest)

    def drop_waiting(self) -> None:
        """Forget everything but what is taken."""
        waiting = [one for one in self._pending.values() if one.standing is not Standing.TAKEN]
        for pending in waiting:
            del self._pending[pending.position]
            pending.standing = Standing.SETTLED
        self._queues = {one.subject_uri: deque((one,)) for one in self._pending.values()}

    def has_free(self, *, now: float) -> bool:
        """Tell whether there is something to take."""
        while (at := self.next_free_at()) is not None and at <= now:
            self._set_free(self._pending[heappop(self._parked)[1]])
        while self._free and not self._is(Standing.FREE, self._free[0]):
            heappop(self._free)
        return bool(self._free)

    def next_free_at(self) -> float | None:
        """Return when the next parked event becomes free; None when none is parked."""
        while self._parked and not self._is_parked_until(*self._parked[0]):
            heappop(self._parked)
        return self._parked[0][0] if self._parked else None

    # An entry of a heap counts only if the event is still as it says.

    def _is(self, standing: Standing, position: int) -> bool:
        pending = self._pending.get(position)
        return pending is not None and pending.standing is standing

    def _is_parked_until(self, until: float, position: int) -> bool:
        return self._is(Standing.PARKED, position) and self._pending[position].parked_until == until

    def _set_free(self, pending: Pending) -> None:
        if pending.is_erased:
            self._end_erased(pending)
            return
        pending.standing = Standing.FREE
        heappush(self._free, pending.position)

    def _end_erased(self, pending: Pending) -> None:
        """Forget what came back, or (what outlives that) let it be signed anew."""
        pending.is_erased = False
        if pending.logged.event.outlives_erasure:
            pending.jwt = pending.signed = None
            self._set_free(pending)
        else:
            self.settle(pending)
