"""A queue in which nobody waits for all that another has put in before."""

from collections import deque
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

ItemT = TypeVar("ItemT")


class FairQueue(Generic[ItemT]):
    """Keeps items in lanes, and gives one of each lane in turn; each lane keeps its own order.

    Belongs to one thread, or to whoever holds a lock.
    """

    def __init__(self) -> None:
        self._lanes: dict[Hashable, deque[ItemT]] = {}
        self._turns: deque[Hashable] = deque()

    def __len__(self) -> int:
        return sum(map(len, self._lanes.values()))

    def put(self, lane: Hashable, item: ItemT) -> None:
        """Add an item at the end of a lane."""
        if lane not in self._lanes:
            self._lanes[lane] = deque()
            self._turns.append(lane)
        self._lanes[lane].append(item)

    def take(self, limit: int, *, ready: Callable[[ItemT], bool] = lambda _: True) -> list[ItemT]:
        """Remove and return at most `limit` items; the lanes that had none come first next time.

        Those that are not `ready` stay where they are. It is asked once for each item, in order.
        """
        taken: list[ItemT] = []
        passed: dict[Hashable, list[ItemT]] = {}
        idle: list[Hashable] = []
        while self._turns and len(taken) < limit:
            lane = self._turns.popleft()
            kept = passed.setdefault(lane, [])
            if _take_one(self._lanes[lane], taken, kept, ready):
                self._turns.append(lane)
            else:
                idle.append(lane)
        self._turns.extend(idle)
        self._put_back(passed)
        return taken

    def _put_back(self, passed: dict[Hashable, list[ItemT]]) -> None:
        for lane, items in passed.items():
            self._lanes[lane].extendleft(reversed(items))
            if not self._lanes[lane]:
                del self._lanes[lane]
                self._turns.remove(lane)


def _take_one(
    items: deque[ItemT], taken: list[ItemT], passed: list[ItemT], ready: Callable[[ItemT], bool]
) -> bool:
    while items:
        item = items.popleft()
        if ready(item):
            taken.append(item)
            return True
        passed.append(item)
    return False
