"""What every storage does alike with resources that it has found."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Self, TypeVar

from resource_store.domain.candidates import mentioned
from resource_store.domain.members import DERIVED
from resource_store.domain.ordering import Mark, Window, windowed
from resource_store.domain.representations import for_filtering
from resource_store.domain.resources import Resource
from resource_store.domain.snapshots import Whole
from resource_store.domain.sort_orders import Evaluated, SortOrder, key_in
from resource_store.ports.resources import Search, TypedFilter
from scim.evaluation import predicate

T = TypeVar("T")

LOOKED_AT_ONCE: Final = 200
"""So many candidates are held in memory while a filter is evaluated."""
_MAX_BYTES: Final = 16 * 1024 * 1024
_MEMBER_BYTES: Final = 120


@dataclass(frozen=True, slots=True)
class Sought:
    """What is looked at in a resource where no index tells: whether it matches, and its place."""

    derived: frozenset[str]
    """The derived attributes that a candidate must be completed with."""
    _order: SortOrder
    _holds: Callable[[dict[str, object]], bool] | None
    _endpoints: Mapping[str, str]

    @classmethod
    def by(cls, typed: TypedFilter, order: SortOrder) -> Self:
        """Return what to look for."""
        condition = typed.filter
        named = mentioned(condition) if condition is not None else frozenset()
        if isinstance(order, Evaluated):
            named |= {order.sort.path.attribute}
        holds = predicate(condition) if condition else None
        return cls(DERIVED & named, order, holds, typed.resource_type.endpoints)

    def mark(self, resource: Resource) -> Mark | None:
        """Return the place of a completed candidate; None where it does not match."""
        if self._holds is not None and not self._holds(for_filtering(resource, self._endpoints)):
            return None
        return Mark(key_in(self._order, resource, self._endpoints), resource.ref.id)


@dataclass(frozen=True, slots=True)
class Matches:
    """What was found, of one resource type or of all: marks in order, and how many on the whole."""

    total: int | None
    marks: list[Mark]


def each_windowed(search: Search) -> Window:
    """Return the window to look for in each type: one more than asked, to know whether there is.

    Of several types nobody knows beforehand which has the first.
    """
    window = search.window
    if not window.limit:
        return window
    if len(search.filters) == 1:
        return replace(window, limit=window.limit + 1)
    return replace(window, skip=0, limit=window.skip + window.limit + 1)


def merged(parts: Sequence[Matches], search: Search) -> Matches:
    """Return what was found of all types as one."""
    if len(parts) == 1:
        return parts[0]
    window = search.window
    ahead = replace(window, limit=window.limit + 1) if window.limit else window
    totals = [part.total for part in parts]
    total = None if None in totals else sum(filter(None, totals))
    marks = (mark for part in parts for mark in part.marks)
    return Matches(total, windowed(marks, ahead))


def wants(window: Window) -> bool:
    """Whether a window is for anything but how many there are."""
    return window.limit > 0


def fitting(items: Iterable[T], size: Callable[[T], int]) -> Iterator[T]:
    """Give as many items as fit one message: at least one, if there is one."""
    total = 0
    for number, item in enumerate(items):
        total += size(item)
        if number and total > _MAX_BYTES:
            return
        yield item


def size_of(resource: Resource) -> int:
    """Return about how many bytes of a message a resource takes."""
    return len(resource.attributes)


def size_of_whole(whole: Whole) -> int:
    """Return about how many bytes of a message a resource takes with all of its members."""
    return size_of(whole.resource) + _MEMBER_BYTES * len(whole.members)
