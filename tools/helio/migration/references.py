"""References between resources, from the ids of one service provider to those of another."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from helio.migration.type_rules import AttributeRule


@dataclass(frozen=True, slots=True)
class Known:
    """What is referred to is at the target."""

    target_id: str
    uri: str


@dataclass(frozen=True, slots=True)
class Pending:
    """What is referred to is going to be created at the target."""


@dataclass(frozen=True, slots=True)
class Absent:
    """What is referred to will not be at the target."""

    reason: str


Resolve = Callable[[Sequence[str], str], Known | Pending | Absent]
"""Finds a resource that is of one of these types, by its id at the source."""


@dataclass(frozen=True, slots=True)
class Lost:
    """A reference that leads to nothing at the target, and is left out."""

    path: str
    source_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Found:
    """An attribute's value with its references followed."""

    value: Any
    """Without what is pending and what is lost; None when nothing is left."""
    is_pending: bool = False
    lost: tuple[Lost, ...] = ()


def followed(
    rule: AttributeRule, value: object, resolve: Resolve, endpoints: Mapping[str, str]
) -> Found:
    """Return the value of an attribute that refers to resources, for the target.

    `endpoints` says where the resources of each type are, by its name.
    """
    elements = value if isinstance(value, list) else [value]
    found = [_element(rule, element, resolve, endpoints) for element in elements]
    kept = [each.value for each in found if each.value is not None]
    return Found(
        value=(kept if isinstance(value, list) else kept[0]) if kept else None,
        is_pending=any(each.is_pending for each in found),
        lost=tuple(lost for each in found for lost in each.lost),
    )


def _element(
    rule: AttributeRule, element: object, resolve: Resolve, endpoints: Mapping[str, str]
) -> Found:
    reference = _reference(rule, element, endpoints)
    if reference is None:
        # It leads out of the service provider, or nowhere: that is a value like any other.
        return Found(element)
    match resolve(*reference):
        case Known() as known:
            return Found(_rewritten(rule, element, known))
        case Pending():
            return Found(None, is_pending=True)
        case Absent(reason):
            return Found(None, lost=(Lost(rule.path, reference[1], reason),))


def _reference(
    rule: AttributeRule, element: object, endpoints: Mapping[str, str]
) -> tuple[Sequence[str], str] | None:
    """Return the types that an element may refer to, and the id that it names."""
    if rule.is_uri:
        return _of_uri(element, rule.refers_to, endpoints)
    if isinstance(element, str):
        return rule.refers_to, element
    if not isinstance(element, dict):
        return None
    by_uri = _of_uri(element.get("$ref"), rule.refers_to, endpoints)
    value = element.get("value")
    if not isinstance(value, str) or not value:
        return by_uri
    if (named := element.get("type")) in rule.refers_to:
        return [str(named)], value
    return (by_uri[0] if by_uri else rule.refers_to), value


def _of_uri(
    uri: object, types: Sequence[str], endpoints: Mapping[str, str]
) -> tuple[Sequence[str], str] | None:
    if not isinstance(uri, str):
        return None
    endpoint, _, resource_id = urlsplit(uri).path.rpartition("/")
    place = "/" + endpoint.rpartition("/")[2]
    named = [name for name in types if endpoints[name].lower() == place.lower()]
    return (named, unquote(resource_id)) if named and resource_id else None


def _rewritten(rule: AttributeRule, element: object, known: Known) -> object:
    if rule.is_uri:
        return known.uri
    if not isinstance(element, dict):
        return {"value": known.target_id}
    kept = dict(_settable(rule, element))
    if "value" in element:
        # The service provider derives $ref from it.
        return {**kept, "value": known.target_id}
    return {**kept, "$ref": known.uri}


def _settable(rule: AttributeRule, element: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in element.items():
        known = (rule.sub_attributes or {}).get(name.lower())
        if name != "$ref" and (known is None or not known.read_only):
            yield name, value
