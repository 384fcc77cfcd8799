"""Bringing one stream's receiver up to the present state: a walk through the store.

While it lasts the changes go on. A change of a resource that the walk has passed is told after what
the walk said of it; one of a resource that the walk has not come to yet is not told, since the walk
will find its outcome.
"""

from bisect import bisect_left
from dataclasses import dataclass, replace
from typing import Final

from set_transmitter.domain.events import Event, LoggedEvent

MOST_UNSETTLED: Final = 2_000
"""How much of a stream may be pending before its walk waits: a slow receiver fills no log."""


@dataclass(frozen=True, slots=True)
class Reach:
    """What a walk has passed: all resources of some types, and of one more those up to an id.

    It goes through one type after the other, in the order of the ids, and then through what was
    deleted: by then it has passed all resources that there are.
    """

    resource_types: tuple[str, ...]
    resource_type: str = ""
    resource_id: str = ""

    def has_passed(self, event: Event) -> bool:
        """Tell whether the resource of an event is among that."""
        if event.resource_type == self.resource_type:
            return event.resource_id <= self.resource_id
        return event.resource_type in self.resource_types


@dataclass(frozen=True, slots=True)
class Boundary:
    """How far a walk was at a position of the log: it had been through `walked` entries.

    The store gave `key`, to go on from; it is empty once the walk is complete.
    """

    position: int
    key: str
    walked: int
    reach: Reach


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A walk for one stream: it replaces all that the log has for the stream up to `started`.

    `total` is how many entries it is going to have, as far as the store has told.
    """

    started: int
    total: int = 0
    boundaries: tuple[Boundary, ...] = ()

    @property
    def key(self) -> str:
        """The key from which the walk goes on."""
        return self.boundaries[-1].key if self.boundaries else ""

    @property
    def walked(self) -> int:
        """How many entries it has been through."""
        return self.boundaries[-1].walked if self.boundaries else 0

    @property
    def is_complete(self) -> bool:
        """Whether the walk has been everywhere."""
        return bool(self.boundaries) and not self.key

    def tells_of(self, logged: LoggedEvent) -> bool:
        """Tell whether a change is to be told: when it was logged its resource had been passed.

        A completion or a signal is no state that the walk would find, and what is routed may be
        none. What was there before the walk began is seen again only where the stream was set back
        to it.
        """
        if logged.event.kind in {"completion", "signal"} or logged.event.routed is not None:
            return True
        if logged.position <= self.started:
            return True
        then = self._before(logged.position)
        return then is not None and (not then.key or then.reach.has_passed(logged.event))

    def settled(self, cursor: int) -> int:
        """Return how many entries are settled for certain when everything up to `cursor` is."""
        then = self._before(cursor + 1)
        return then.walked if then is not None else 0

    def is_settled(self, cursor: int) -> bool:
        """Tell whether the receiver has all of it when everything up to `cursor` is settled."""
        return self.is_complete and self.boundaries[-1].position <= cursor

    def gone_on(self, page: "SnapshotPage", *, end: int) -> "Snapshot":
        """Return the snapshot after a page; with its events, the log ends at `end`."""
        walked = self.walked + page.entries
        boundary = Boundary(end, page.next_key, walked, page.reach)
        total = max(self.total if page.total is None else page.total, walked)
        return replace(self, total=total, boundaries=(*self.boundaries, boundary))

    def _before(self, position: int) -> Boundary | None:
        index = bisect_left(self.boundaries, position, key=lambda boundary: boundary.position)
        return self.boundaries[index - 1] if index else None


@dataclass(frozen=True, slots=True)
class SnapshotPage:
    """Some entries of the store, what they are told by, and how far the walk is with them.

    A resource is told of as created, and what is gone as deleted. `next_key` is empty at the end;
    `total` comes with the first page.
    """

    events: tuple[Event, ...]
    entries: int
    next_key: str
    reach: Reach
    total: int | None

    def committed(self, at: int) -> "SnapshotPage":
        """Return the page as if all of it had been committed at a moment."""
        return replace(self, events=tuple(replace(event, committed=at) for event in self.events))
