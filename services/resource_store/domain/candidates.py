"""Which resources a filter can match at all, told by index keys (RFC 7644 section 3.4.2.2)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from resource_store.domain.keys import IndexKey, indexed_paths, is_unique
from scim.attributes import AttributePath
from scim.filters import And, Comparison, Filter, Not, Operator, Or, Present, ValuePath
from scim.normalization import comparison_key
from scim.resource_type import ResourceType


@dataclass(frozen=True, slots=True)
class Identified:
    """The resource with this id."""

    id: str


@dataclass(frozen=True, slots=True)
class Keyed:
    """The resources with this key."""

    key: IndexKey


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


Source: TypeAlias = Identified | Keyed | MembersOf | GroupsWith | AnyOf


@dataclass(frozen=True, slots=True)
class Candidates:
    """A set that holds every match; `exact` where it holds nothing else."""

    source: Source
    exact: bool


def candidates(term: Filter, resource_type: ResourceType) -> Candidates | None:
    """Return the smallest set that indexes tell of; None where every resource may match."""
    match term:
        case Comparison(operator=Operator.EQ, value=value) if value is not None:
            return _equal(term, resource_type)
        case ValuePath(path=outer, filter=inner):
            found = candidates(_within(str(outer), inner), resource_type)
            return Candidates(found.source, exact=False) if found else None
        case And(terms):
            return _smallest(terms, resource_type)
        case Or(terms):
            return _union(terms, resource_type)
    return None


def mentioned(term: Filter) -> frozenset[str]:
    """Return the top-level attributes that a filter looks at."""
    match term:
        case And(terms) | Or(terms):
            return frozenset().union(*map(mentioned, terms))
        case Not(inner):
            return mentioned(inner)
        case Comparison(path=path) | Present(path=path) | ValuePath(path=path):
            return frozenset({path.attribute})


def _equal(term: Comparison, resource_type: ResourceType) -> Candidates | None:
    path = str(term.path)
    if _is_unknown(term.path, resource_type):
        return Candidates(AnyOf(()), exact=True)
    key = comparison_key(term.attribute, term.value)
    if key is None:
        return None
    source: Source | None = None
    match path:
        case "id":
            source = Identified(str(key))
        case "groups.value":
            source = MembersOf(str(key))
        case "members.value":
            source = GroupsWith(str(key))
        case _ if path in indexed_paths(resource_type):
            source = Keyed(IndexKey(path, key, is_unique(term.attribute)))
    return Candidates(source, exact=True) if source else None


def _is_unknown(path: AttributePath, resource_type: ResourceType) -> bool:
    top = AttributePath(path.schema, path.attribute, None)
    return str(top).lower() not in resource_type.paths


def _within(outer: str, inner: Filter) -> Filter:
    """Return what must hold of the resource as a whole where `outer[inner]` does."""
    match inner:
        case And(terms):
            return And(tuple(_within(outer, term) for term in terms))
        case Or(terms):
            return Or(tuple(_within(outer, term) for term in terms))
        case Comparison(path=path):
            schema, _, attribute = outer.rpartition(":")
            full = AttributePath(schema or None, attribute, path.attribute)
            return Comparison(full, inner.attribute, inner.operator, inner.value)
    return inner


def _smallest(terms: Sequence[Filter], resource_type: ResourceType) -> Candidates | None:
    found = [known for term in terms if (known := candidates(term, resource_type))]
    if not found:
        return None
    return Candidates(min(found, key=lambda known: _size(known.source)).source, exact=False)


def _union(terms: Sequence[Filter], resource_type: ResourceType) -> Candidates | None:
    found = [candidates(term, resource_type) for term in terms]
    known = [each for each in found if each is not None]
    if len(known) < len(found):
        return None
    exact = all(each.exact for each in known)
    return Candidates(AnyOf(tuple(each.source for each in known)), exact=exact)


def _size(source: Source) -> int:
    """Return a rank: the expected number of resources, roughly."""
    match source:
        case Identified():
            return 0
        case Keyed(key):
            if key.unique:
                return 1
            return 1_000_000 if isinstance(key.key, bool) else 10
        case MembersOf() | GroupsWith():
            return 100
        case AnyOf(sources):
            return sum(map(_size, sources))
