"""Bringing one stream's receiver up to the present state: a walk through the store, in id order.

While it lasts the changes go on. A change of a resource that the walk has passed is told after what
the walk said of it; one of a resource that the walk has not come to yet is not told, since the walk
will find its outcome.
"""

from bisect import bisect_left
from dataclasses import dataclass, replace
from typing import Final

from set_transmitter.domain.events import Event, LoggedEvent

PAGE_SIZE: Final = 256
MOST_UNSETTLED: Final = 2_000
"""How much of a stream may be pending before its walk waits: a slow receiver fills no log."""


@dataclass(frozen=True, slots=True)
class Boundary:
    """How far a walk was at a position of the log: it had logged `walked` records.

    `key` is the id up to which it had been; empty once it had been everywhere.
    """

    position: int
    key: str
    walked: int


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A walk for one stream: it replaces all that the log has for the stream up to `started`.

    `total` is how many records it is going to have, as far as the store has told.
    """

    started: int
    total: int = 0
    boundaries: tuple[Boundary, ...] = ()

    @property
    def key(self) -> str:
        """The id after which the walk goes on."""
        return self.boundaries[-1].key if self.boundaries else ""

    @property
    def walked(self) -> int:
        """How many records it has logged."""
        return self.boundaries[-1].walked if self.boundaries else 0

    @property
    def is_complete(self) -> bool:
        """Whether the walk has been everywhere."""
        return bool(self.boundaries) and not self.key

    def tells_of(self, logged: LoggedEvent) -> bool:
        """Tell whether a change is to be told: the walk had passed its resource when it was logged."""
        passed = self._before(logged.position)
        return passed is not None and (not passed.key or logged.event.resource_id <= passed.key)

    def settled(self, cursor: int) -> int:
        """Return how many records are settled for certain when everything up to `cursor` is."""
        passed = self._before(cursor + 1)
        return passed.walked if passed is not None else 0

    def is_settled(self, cursor: int) -> bool:
        """Tell whether the receiver has the whole of it when everything up to `cursor` is settled."""
        return self.is_complete and self.boundaries[-1].position <= cursor

    def gone_on(self, page: "SnapshotPage", *, end: int) -> "Snapshot":
        """Return the snapshot after a page whose last record is at `end`, the log's last position."""
        boundary = Boundary(end, page.next_key, self.walked + len(page.events))
        total = max(page.total, boundary.walked)
        return replace(self, total=total, boundaries=(*self.boundaries, boundary))

    def _before(self, position: int) -> Boundary | None:
        index = bisect_left(self.boundaries, position, key=lambda boundary: boundary.position)
        return self.boundaries[index - 1] if index else None


@dataclass(frozen=True, slots=True)
class SnapshotPage:
    """What the store holds after one id and up to `next_key`, which is empty at the end.

    A resource is told of as created, and what is gone as deleted. `total` counts all records.
    """

    events: tuple[Event, ...]
    next_key: str
    total: int
