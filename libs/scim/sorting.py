"""What resources are sorted by (RFC 7644 section 3.4.2.3)."""

from collections.abc import Mapping, Sequence
from typing import Any

from scim.attributes import AttributePath, AttributeType, Returned
from scim.errors import InvalidValueError, SensitiveError
from scim.evaluation import as_element
from scim.normalization import comparison_key
from scim.paths import known_paths
from scim.profile import Profile
from scim.resource_type import ResolvedPath, ResourceType

_CLAUSE = "RFC 7644 section 3.4.2.3"


def sort_paths(
    text: str, resource_types: Sequence[ResourceType], *, profile: Profile
) -> list[ResolvedPath | None]:
    """Return what `sortBy` means for each type; None for a type that has no such attribute.

    A path to a complex attribute is led on to its `value`. Raises `InvalidValueError` where none of
    the types has it or there is no such value, `SensitiveError` for what is never returned.
    """
    found = [_named(text, each, profile) for each in resource_types]
    if not any(found):
        names = " nor ".join(each.name for each in resource_types)
        raise _refused(f"sortBy names no attribute of {names}: {text[:100]!a}")
    return [each and _simple(each) for each in found]


def sort_key(path: ResolvedPath, representation: Mapping[str, Any]) -> str | float | bool | None:
    """Return what a resource is sorted by; None where it has no value.

    Of several values it is the primary one's, or else the first one's.
    """
    schema = path.path.schema
    holder = representation.get(schema) if schema else representation
    value = holder.get(path.path.attribute) if holder else None
    if isinstance(value, list):
        value = _leading(value)
    if path.path.sub_attribute is not None:
        value = value.get(path.path.sub_attribute) if isinstance(value, Mapping) else None
    return comparison_key(path.attribute, value)


def _named(text: str, resource_type: ResourceType, profile: Profile) -> ResolvedPath | None:
    return known_paths(resource_type, profile).get(text.lower())


def _simple(named: ResolvedPath) -> ResolvedPath:
    attribute, path = named.attribute, named.path
    if attribute.type is AttributeType.COMPLEX:
        value = attribute.sub_attribute("value")
        if value is None:
            subs = ", ".join(sub.name for sub in attribute.sub_attributes)
            raise _refused(f"sortBy must name one of the sub-attributes of {path}: {subs}")
        attribute, path = value, AttributePath(path.schema, path.attribute, value.name)
    if Returned.NEVER in (attribute.returned, named.top.returned):
        raise SensitiveError(
            f"{attribute.path} is never returned, so nothing can be sorted by it",
            attribute_path=attribute.path,
            clause="RFC 7644 section 7.5.2",
        )
    return ResolvedPath(path, attribute, named.top)


def _leading(values: Sequence[object]) -> object:
    primary = (value for value in values if as_element(value).get("primary") is True)
    return next(primary, values[0] if values else None)


def _refused(why: str) -> InvalidValueError:
    return InvalidValueError(why, attribute_path="sortBy", clause=_CLAUSE)
