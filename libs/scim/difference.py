"""What a change came to, as a PATCH and as a list of paths (RFC 9967 section 2.4)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from scim.attributes import Attribute, AttributeType, Mutability
from scim.element_difference import element_operations
from scim.resource_type import ResourceType


@dataclass(frozen=True, slots=True)
class _Difference:
    """An attribute whose value is another one than before; None for unassigned."""

    attribute: Attribute
    before: Any
    after: Any


def effective_operations(
    resource_type: ResourceType, before: Mapping[str, Any], after: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Return PATCH operations that make `after` of `before`, each with an explicit path.

    Nothing is said of what a client cannot set or see: readOnly, writeOnly and never returned.
    """
    return [
        operation
        for difference in _differences(resource_type, before, after)
        if difference.attribute.is_public
        for operation in _operations(difference)
    ]


def changed_attributes(
    resource_type: ResourceType, before: Mapping[str, Any], after: Mapping[str, Any]
) -> list[str]:
    """Return the paths of what changed: of a complex value in part, those of its sub-attributes.

    A password is listed by its name. What is readOnly is not, but for the id of a new resource.
    """
    new_id = ["id"] if "id" in after and "id" not in before else []
    if not before:
        return new_id + list(_assigned(resource_type, after))
    return new_id + [
        path
        for difference in _differences(resource_type, before, after)
        if difference.attribute.mutability is not Mutability.READ_ONLY
        for path in _paths(difference)
    ]


def _assigned(resource_type: ResourceType, after: Mapping[str, Any]) -> Iterator[str]:
    """Give the paths of a new resource, of which each has changed: the way to most of them."""
    for urn, attributes in _settable_attributes(resource_type):
        values: Mapping[str, Any] = after if urn is None else after.get(urn) or {}
        for attribute in attributes:
            name = attribute.name
            if name in values and _settable(attribute, values[name]) is not None:
                yield attribute.path


@cache
def _settable_attributes(
    resource_type: ResourceType,
) -> tuple[tuple[str | None, tuple[Attribute, ...]], ...]:
    """Return what is not readOnly, by the URN of the extension that defines it."""
    own = resource_type.common + resource_type.schema.attributes
    extending = [(each.schema.id, each.schema.attributes) for each in resource_type.extensions]
    return tuple(
        (urn, tuple(each for each in attributes if each.mutability is not Mutability.READ_ONLY))
        for urn, attributes in [(None, own), *extending]
    )


def _differences(
    resource_type: ResourceType, before: Mapping[str, Any], after: Mapping[str, Any]
) -> Iterator[_Difference]:
    yield from _between(resource_type.common, before, after)
    yield from _between(resource_type.schema.attributes, before, after)
    for extension in resource_type.extensions:
        old, new = before.get(extension.schema.id) or {}, after.get(extension.schema.id) or {}
        yield from _between(extension.schema.attributes, old, new)


def _between(
    attributes: Iterable[Attribute], before: Mapping[str, Any], after: Mapping[str, Any]
) -> Iterator[_Difference]:
    for attribute in attributes:
        old, new = before.get(attribute.name), after.get(attribute.name)
        if old == new:  # most are absent from both
            continue
        old, new = _settable(attribute, old), _settable(attribute, new)
        if old != new:
            yield _Difference(attribute, old, new)


def _settable(attribute: Attribute, value: Any) -> Any:  # noqa: ANN401 JSON
    """Return the value without what a client cannot set or see; None where nothing is left."""
    if value is None:
        return None
    hidden = attribute.hidden_names
    if isinstance(value, list):
        elements = [_without_members(element, hidden) for element in value]
        return [element for element in elements if element not in ({}, None)] or None
    return _without_members(value, hidden) if value not in ({}, None) else None


def _without_members(value: Any, names: frozenset[str]) -> Any:  # noqa: ANN401 JSON
    if not names or not isinstance(value, dict):
        return value
    return {name: member for name, member in value.items() if name not in names} or None


def _operations(difference: _Difference) -> Iterator[dict[str, Any]]:
    attribute, path = difference.attribute, difference.attribute.path
    if difference.after is None:
        yield {"op": "remove", "path": path}
    elif difference.before is None:
        yield {"op": "add", "path": path, "value": difference.after}
    elif attribute.multi_valued:
        yield from element_operations(attribute, difference.before, difference.after)
    elif attribute.type is AttributeType.COMPLEX:
        for inner in _inner_differences(difference):
            yield from _operations(inner)
    else:
        yield {"op": "replace", "path": path, "value": difference.after}


def _inner_differences(difference: _Difference) -> Iterator[_Difference]:
    sub_attributes = difference.attribute.sub_attributes
    return _between(sub_attributes, difference.before, difference.after)


def _paths(difference: _Difference) -> Iterator[str]:
    attribute = difference.attribute
    is_partial = difference.before is not None and difference.after is not None
    if is_partial and attribute.type is AttributeType.COMPLEX and not attribute.multi_valued:
        for inner in _inner_differences(difference):
            yield from _paths(inner)
    else:
        yield attribute.path
