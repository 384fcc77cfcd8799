"""What every storage does alike with resources that it has found."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Self, TypeVar

from resource_store.domain.candidates import mentioned
from resource_store.domain.members import DERIVED
from resource_store.domain.representations import for_filtering
from resource_store.domain.resources import Ref, Resource
from resource_store.domain.snapshots import Whole
from resource_store.ports.resources import Search
from scim.evaluation import predicate
from scim.filters import Filter

T = TypeVar("T")

LOOKED_AT_ONCE: Final = 200
"""So many candidates are held in memory while a filter is evaluated."""
_MAX_BYTES: Final = 16 * 1024 * 1024
_MEMBER_BYTES: Final = 120


@dataclass(frozen=True, slots=True)
class Sought:
    """What a filter is looked for by where no index tells its matches."""

    derived: frozenset[str]
    """The derived attributes that a candidate must be completed with."""
    _holds: Callable[[dict[str, object]], bool]
    _endpoints: Mapping[str, str]

    @classmethod
    def by(cls, condition: Filter, endpoints: Mapping[str, str]) -> Self:
        """Return what to look for."""
        return cls(DERIVED & mentioned(condition), predicate(condition), endpoints)

    def includes(self, resource: Resource) -> bool:
        """Whether a completed candidate matches."""
        return self._holds(for_filtering(resource, self._endpoints))


def refs_on_page(matching: Sequence[Ref], search: Search) -> list[Ref]:
    """Return those of all matches that the search asks for, in the order of their ids."""
    first = search.start_index - 1
    return sorted(matching, key=lambda ref: ref.id)[first : first + search.count]


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
