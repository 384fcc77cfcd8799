"""How the resources of one type are ordered, and which of it an index tells."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from resource_store.domain.keys import TIMES, Key, sorted_paths
from resource_store.domain.representations import for_filtering
from resource_store.domain.resources import Resource
from scim.resource_type import ResolvedPath, ResourceType
from scim.sorting import sort_key


@dataclass(frozen=True, slots=True)
class ById:
    """By ids alone, as nothing else is asked for, or no resource of the type has a value."""


@dataclass(frozen=True, slots=True)
class ByTime:
    """By `created` or `last_modified`, to the microsecond, which shows less than it orders."""

    field: str


@dataclass(frozen=True, slots=True)
class ByKey:
    """By the index keys of a path, of which each resource has one."""

    path: str
    sort: ResolvedPath


@dataclass(frozen=True, slots=True)
class Evaluated:
    """By what each resource must be looked at for."""

    sort: ResolvedPath


SortOrder: TypeAlias = ById | ByTime | ByKey | Evaluated


def sort_order(resource_type: ResourceType, sort: ResolvedPath | None) -> SortOrder:
    """Return the order by an attribute; None stands for none."""
    path = "id" if sort is None else str(sort.path)
    if sort is None or path == "id":
        return ById()
    if path in TIMES:
        return ByTime(TIMES[path])
    return ByKey(path, sort) if path in sorted_paths(resource_type) else Evaluated(sort)


def key_in(order: SortOrder, resource: Resource, endpoints: Mapping[str, str]) -> Key | None:
    """Return the sort key of a resource that is completed as far as the order needs it."""
    match order:
        case ById():
            return None
        case ByTime("created"):
            return resource.created
        case ByTime():
            return resource.last_modified
        case ByKey(_, sort) | Evaluated(sort):
            return sort_key(sort, for_filtering(resource, endpoints))
