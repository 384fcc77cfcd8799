"""Sets of resources that indexes tell of."""

from dataclasses import dataclass
from typing import TypeAlias

from resource_store.domain.intervals import Interval
from resource_store.domain.keys import IndexKey


@dataclass(frozen=True, slots=True)
class Identified:
    """The resource with this id."""

    id: str


@dataclass(frozen=True, slots=True)
class Keyed:
    """The resources with this key."""

    key: IndexKey


@dataclass(frozen=True, slots=True)
class Ranged:
    """The resources with a key of this path within an interval."""

    path: str
    interval: Interval


@dataclass(frozen=True, slots=True)
class Timed:
    """The resources whose `created` or `last_modified` is within an interval."""

    field: str
    interval: Interval


@dataclass(frozen=True, slots=True)
class MembersOf:
    """Who is in this group, directly or through others."""

    group_id: str


@dataclass(frozen=True, slots=True)
class GroupsWith:
    """The groups with this member, directly."""

    member_id: str


@dataclass(frozen=True, slots=True)
class AnyOf:
    """The union; of nothing, nothing."""

    sources: tuple["Source", ...]


Source: TypeAlias = Identified | Keyed | Ranged | Timed | MembersOf | GroupsWith | AnyOf


@dataclass(frozen=True, slots=True)
class Candidates:
    """A set that holds every match; `exact` where it holds nothing else."""

    source: Source
    exact: bool
