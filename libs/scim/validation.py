"""What a POST creates and what a PUT leaves (RFC 7644 sections 3.3 and 3.5.1)."""

from collections.abc import Mapping
from typing import Any

from scim.attributes import Attribute, AttributeType, Mutability, Returned
from scim.errors import InvalidSyntaxError, MutabilityError
from scim.normalization import is_same
from scim.profile import Profile
from scim.resource_type import ResourceType
from scim.schema_uris import check_schemas, with_schemas
from scim.simple_values import json_type
from scim.values import canonical_members, missing, require_sub_attributes, without_stale

_COMPLEX = AttributeType.COMPLEX
_IMMUTABLE = Mutability.IMMUTABLE
_READ_ONLY = Mutability.READ_ONLY


def created(resource_type: ResourceType, body: object, *, profile: Profile) -> dict[str, Any]:
    """Return the attributes of the resource that a POST of `body` makes, without id and meta.

    What a client may not set is dropped; a password that it gave is in the result.
    """
    attributes = _supplied(resource_type, body, profile)
    require_attributes(resource_type, attributes)
    return with_schemas(resource_type, attributes)


def replaced(
    resource_type: ResourceType,
    current: Mapping[str, Any],
    body: object,
    *,
    profile: Profile,
) -> dict[str, Any]:
    """Return what a PUT of `body` makes of `current`, which keeps what the client could not send.

    Kept are readOnly attributes, immutable ones, and those that no representation shows.
    """
    supplied = _supplied(resource_type, body, profile)
    attributes = _carried_over(resource_type.members, current, supplied)
    require_attributes(resource_type, attributes)
    return with_schemas(resource_type, attributes)


def require_attributes(resource_type: ResourceType, attributes: Mapping[str, Any]) -> None:
    """Raise where a required attribute, or a required extension, is missing or empty.

    What an extension requires is required where a resource has the extension.
    """
    for attribute in resource_type.required:
        if not attributes.get(attribute.name) and attributes.get(attribute.name) not in (False, 0):
            raise missing(attribute.path)
    for extension in resource_type.extensions:
        if held := attributes.get(extension.schema.id):
            require_sub_attributes(extension.container, held)


def _supplied(resource_type: ResourceType, body: object, profile: Profile) -> dict[str, Any]:
    if not isinstance(body, dict):
        raise InvalidSyntaxError(
            f"The body must be a {resource_type.name} as a JSON object, not {json_type(body)}",
            clause="RFC 7644 section 3.3",
        )
    check_schemas(resource_type, body, profile)
    return canonical_members(resource_type.members, body, profile)


def _carried_over(
    names: Mapping[str, Attribute], current: Mapping[str, Any], supplied: dict[str, Any]
) -> dict[str, Any]:
    """Return `supplied` with what of `current` it does not take away."""
    remaining = dict(supplied)
    for name, value in current.items():
        attribute = names.get(name)
        if attribute is None:
            continue
        kept = _remaining(attribute, value, supplied.get(name))
        if kept is not None:
            remaining[name] = kept
    return remaining


def _remaining(attribute: Attribute, current: Any, supplied: Any) -> Any:  # noqa: ANN401 JSON
    if attribute.mutability is _READ_ONLY:
        return current
    if attribute.mutability is _IMMUTABLE:
        return _unchanged(attribute, current, supplied)
    if supplied is None and _is_hidden(attribute):
        return current
    if attribute.type is not _COMPLEX or attribute.multi_valued:
        return supplied
    return _remaining_members(attribute, current, supplied)


def _remaining_members(attribute: Attribute, current: Any, supplied: Any) -> Any:  # noqa: ANN401 JSON
    remaining = _carried_over(attribute.members, current, supplied or {})
    if attribute.is_extension:
        return remaining or None
    return without_stale(attribute, current, remaining)


def _is_hidden(attribute: Attribute) -> bool:
    """Whether a client that puts back what it was shown cannot put back this."""
    return attribute.mutability is Mutability.WRITE_ONLY or attribute.returned is Returned.NEVER


def _unchanged(attribute: Attribute, current: Any, supplied: Any) -> Any:  # noqa: ANN401 JSON
    if supplied is not None and not is_same(attribute, current, supplied):
        raise MutabilityError(
            f"{attribute.path} is immutable and has another value already",
            attribute_path=attribute.path,
            clause="RFC 7644 section 3.5.1",
        )
    return current
