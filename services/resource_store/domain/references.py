"""Singular references (manager, RFC 7643 section 4.3): their `$ref` follows from their `value`."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from resource_store.domain.resources import reference
from scim.attributes import Attribute, AttributeType
from scim.resource_type import ResourceType

_REF = "$ref"


def with_references(resource_type: ResourceType, attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the attributes with the `$ref` that the store makes in each singular reference."""
    referring = dict(attributes)
    for schema, name, target in _singular_references(resource_type):
        holder = referring.get(schema) if schema else referring
        value = holder.get(name) if holder else None
        if holder is None or not isinstance(value, dict) or "value" not in value:
            continue
        held = {name: {**value, _REF: reference(resource_type.endpoints, target, value["value"])}}
        referring.update({schema: {**holder, **held}} if schema else held)
    return referring


@cache
def _singular_references(resource_type: ResourceType) -> tuple[tuple[str | None, str, str], ...]:
    """Return schema, name and target type of the attributes that refer to one known type."""
    paths = {id(resolved): resolved for resolved in resource_type.paths.values()}.values()
    return tuple(
        dict.fromkeys(
            (resolved.path.schema, resolved.path.attribute, target)
            for resolved in paths
            if resolved.path.sub_attribute is None
            and (target := _target(resolved.attribute)) is not None
            and target in resource_type.endpoints
        )
    )


def _target(attribute: Attribute) -> str | None:
    """Return what a singular complex attribute refers to, where that is one kind of thing."""
    if attribute.type is not AttributeType.COMPLEX or attribute.multi_valued:
        return None
    ref, value = attribute.sub_attribute(_REF), attribute.sub_attribute("value")
    if ref is None or value is None or len(ref.reference_types) != 1:
        return None
    (target,) = ref.reference_types
    return target
