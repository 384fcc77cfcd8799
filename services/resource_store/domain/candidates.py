"""Which resources a filter can match at all, told by index keys (RFC 7644 section 3.4.2.2)."""

from collections.abc import Sequence
from dataclasses import replace

from resource_store.domain.candidate_sets import (
    AnyOf,
    Candidates,
    GroupsWith,
    Identified,
    Keyed,
    MembersOf,
    Ranged,
    Source,
    Timed,
)
from resource_store.domain.intervals import Interval, both, compared, moments, starting_with
from resource_store.domain.keys import TIMES, IndexKey, indexed_paths, is_unique, sorted_paths
from scim.attributes import AttributePath
from scim.filters import And, Comparison, Filter, Not, Operator, Or, Present, ValuePath
from scim.normalization import comparison_key
from scim.resource_type import ResourceType


def candidates(term: Filter, resource_type: ResourceType) -> Candidates | None:
    """Return the smallest set that indexes tell of; None where every resource may match."""
    match term:
        case Comparison(value=value) if value is not None:
            return _compared(term, resource_type)
        case Present():
            return _present(term, resource_type)
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


def _compared(term: Comparison, resource_type: ResourceType) -> Candidates | None:
    if term.operator is Operator.NE:
        return None
    if _is_unknown(term.path, resource_type):
        return Candidates(AnyOf(()), exact=True)
    path, source = str(term.path), None
    if path in TIMES:
        source = _timed(term, TIMES[path])
    elif term.operator is Operator.EQ:
        source = _equal(term, resource_type)
    elif path in indexed_paths(resource_type):
        source = _ranged(term)
    return Candidates(source, exact=True) if source else None


def _timed(term: Comparison, field: str) -> Source | None:
    moment = comparison_key(term.attribute, term.value)
    interval = moments(term.operator, moment) if isinstance(moment, int) else None
    return None if interval is None else Timed(field, interval)


def _ranged(term: Comparison) -> Source | None:
    key = comparison_key(term.attribute, term.value)
    if key is None:
        return None
    is_prefix = term.operator is Operator.SW and isinstance(key, str)
    interval = starting_with(str(key)) if is_prefix else compared(term.operator, key)
    return None if interval is None else Ranged(str(term.path), interval)


def _present(term: Present, resource_type: ResourceType) -> Candidates | None:
    """Return what has a value, which an empty text is not (RFC 7644 table 3), though a key."""
    if _is_unknown(term.path, resource_type):
        return Candidates(AnyOf(()), exact=True)
    resolved = indexed_paths(resource_type).get(str(term.path))
    if resolved is None:
        return None
    is_text = isinstance(comparison_key(resolved.attribute, "x"), str)
    interval = Interval(low="", includes_low=False) if is_text else Interval()
    return Candidates(Ranged(str(term.path), interval), exact=True)


def _equal(term: Comparison, resource_type: ResourceType) -> Source | None:
    path, key = str(term.path), comparison_key(term.attribute, term.value)
    if key is None:
        return None
    match path:
        case "id":
            return Identified(str(key))
        case "groups.value":
            return MembersOf(str(key))
        case "members.value":
            return GroupsWith(str(key))
        case _ if path in indexed_paths(resource_type):
            return Keyed(IndexKey(path, key, is_unique(term.attribute)))
    return None


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
        case Comparison(path=path) | Present(path=path):
            schema, _, attribute = outer.rpartition(":")
            return replace(inner, path=AttributePath(schema or None, attribute, path.attribute))
    return inner


def _smallest(terms: Sequence[Filter], resource_type: ResourceType) -> Candidates | None:
    found = [known for term in terms if (known := candidates(term, resource_type))]
    if not found:
        return None
    sources = _narrowed([each.source for each in found], resource_type)
    exact = len(sources) == 1 and len(found) == len(terms) and all(each.exact for each in found)
    return Candidates(min(sources, key=_size), exact=exact)


def _narrowed(sources: Sequence[Source], resource_type: ResourceType) -> Sequence[Source]:
    """Return the sources with intervals of the same, where that has one value at most, as one."""
    merged: dict[str, Source] = {}
    for number, each in enumerate(sources):
        name = _single(each, resource_type) or str(number)
        merged[name] = _both(merged[name], each) if name in merged else each
    return list(merged.values())


def _both(one: Source, other: Source) -> Source:
    if isinstance(one, Ranged | Timed) and isinstance(other, Ranged | Timed):
        return replace(other, interval=both(one.interval, other.interval))
    return other


def _single(source: Source, resource_type: ResourceType) -> str:
    """Return the path of an interval of what has one value at most; else nothing."""
    match source:
        case Timed(field):
            return field
        case Ranged(path) if path in sorted_paths(resource_type):
            return path
    return ""


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
        case Ranged(_, interval) | Timed(_, interval):
            is_open = interval.low is None or interval.high is None
            return 100_000 if is_open else 1_000
        case MembersOf() | GroupsWith():
            return 100
        case AnyOf(sources):
            return sum(map(_size, sources))
