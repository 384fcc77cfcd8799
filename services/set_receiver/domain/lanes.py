"""Which receipts may be applied now."""

import heapq
from bisect import insort
from collections import deque
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import islice

from set_receiver.domain.receipts import Lane, PendingReceipt


@dataclass(frozen=True, slots=True)
class Turn:
    """The first receipt of a lane, taken to be applied."""

    lane: Lane
    position: int


class Lanes:
    """The pending receipts by lane: one of a lane at a time, different lanes in parallel.

    A lane is ready, taken, or parked until a time. Whoever takes a turn must say how it ended:
    by `finish`, `park` or `put_back`. Times are microseconds since 1970.

    A receipt is known from `add` until `forget`, which is for when its end is recorded; so whoever
    looks for pending receipts may find the same ones again and again, and add them all.
    """

    def __init__(self) -> None:
        self._queues: dict[Lane, deque[int]] = {}
        self._ready: deque[Lane] = deque()
        self._taken: set[Lane] = set()
        self._parked: list[tuple[int, int, Lane]] = []
        self._known: set[int] = set()
        self._forgotten: set[int] = set()
        self._receipts = 0

    def __len__(self) -> int:
        return self._receipts

    def begin_look(self) -> None:
        """Say that pending receipts are about to be read.

        What is forgotten from here on may still be pending in what was read.
        """
        self._forgotten.clear()

    def add(self, pending: PendingReceipt) -> None:
        """Queue a receipt in its lane by its position, unless it is known."""
        if pending.position in self._known or pending.position in self._forgotten:
            return
        self._known.add(pending.position)
        self._receipts += 1
        queue = self._queues.get(pending.lane)
        if queue is None:
            self._open(pending)
        elif pending.position > queue[-1]:
            queue.append(pending.position)
        else:
            insort(queue, pending.position, lo=1 if pending.lane in self._taken else 0)

    def take(self, limit: int, *, now: int) -> list[Turn]:
        """Take the turns of up to `limit` lanes, those first that have been ready longest."""
        self._unpark(now)
        lanes = [self._ready.popleft() for _ in range(min(limit, len(self._ready)))]
        self._taken.update(lanes)
        return [Turn(lane, self._queues[lane][0]) for lane in lanes]

    def ahead(self, turn: Turn, limit: int) -> list[int]:
        """Return the first `limit` positions of a lane that is taken, that of the turn first."""
        return list(islice(self._queues[turn.lane], limit))

    def finish(self, turn: Turn, *, also: Collection[int] = ()) -> None:
        """Let the next receipt of the lane have its turn; those at `also` are finished too."""
        self._taken.remove(turn.lane)
        queue = self._queues[turn.lane]
        queue.popleft()
        for position in also:
            queue.remove(position)
        self._receipts -= 1 + len(also)
        if queue:
            self._ready.append(turn.lane)
        else:
            del self._queues[turn.lane]

    def forget(self, positions: Iterable[int]) -> None:
        """Know no more of receipts that are finished, and recorded to be no longer pending."""
        for position in positions:
            self._known.discard(position)
            self._forgotten.add(position)

    def park(self, turn: Turn, *, until: int) -> None:
        """Have the same receipt again when the time comes; the others of its lane wait."""
        self._taken.remove(turn.lane)
        self._park(turn.lane, until)

    def put_back(self, turn: Turn) -> None:
        """Have the same receipt again at once."""
        self._taken.remove(turn.lane)
        self._ready.appendleft(turn.lane)

    def next_ready(self) -> int | None:
        """Return when the next parked lane is ready; None when none is parked."""
        return self._parked[0][0] if self._parked else None

    def _open(self, pending: PendingReceipt) -> None:
        self._queues[pending.lane] = deque((pending.position,))
        if pending.next_attempt:
            self._park(pending.lane, pending.next_attempt)
        else:
            self._ready.append(pending.lane)

    def _park(self, lane: Lane, until: int) -> None:
        heapq.heappush(self._parked, (until, self._queues[lane][0], lane))

    def _unpark(self, now: int) -> None:
        while self._parked and self._parked[0][0] <= now:
            self._ready.append(heapq.heappop(self._parked)[2])
