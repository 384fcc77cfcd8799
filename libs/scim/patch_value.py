"""The values of PATCH operations, in canonical form (RFC 7644 section 3.5.2)."""

from typing import Any

from scim.attributes import Attribute, AttributeType
from scim.errors import InvalidSyntaxError, InvalidValueError, MutabilityError
from scim.patch_operation import Op, PatchPath
from scim.profile import Profile
from scim.quirks import Quirk
from scim.simple_values import json_type
from scim.values import (
    canonical_elements,
    canonical_members,
    canonical_single,
    canonical_value,
    complex_object,
    missing,
    only_value,
)

_CLAUSE = "RFC 7644 section 3.5.2"


def members_to_patch(value: object) -> dict[str, Any]:
    """Return the members of a value that has no path of its own, each to be patched by its name."""
    if not isinstance(value, dict):
        raise InvalidValueError(
            f"Without the path of an attribute, value must be an object, not {json_type(value)}",
            clause=_CLAUSE,
        )
    if len({name.lower() for name in value}) < len(value):
        raise InvalidSyntaxError(
            "value has the same member twice, in different upper and lower case",
            clause="RFC 7643 section 2.1",
        )
    return value


def canonical_patch_value(op: Op, path: PatchPath, *, value: object, profile: Profile) -> Any:  # noqa: ANN401 JSON
    """Return the value as `PatchOperation.value` has it."""
    if op is Op.REMOVE:
        _refuse_removal_of_required(path)
        return _elements_to_remove(path, value, profile)
    canonical = _canonical(path, value, profile)
    target = path.sub_attribute or path.attribute
    if target.required and path.filter is None and canonical in (None, "", []):
        raise missing(target.path)
    return canonical


def _refuse_removal_of_required(path: PatchPath) -> None:
    """Raise for a required sub-attribute; what becomes of an attribute depends on its elements."""
    sub = path.sub_attribute
    if sub is not None and sub.required:
        raise MutabilityError(
            f"{sub.path} is required and cannot be removed",
            attribute_path=sub.path,
            clause="RFC 7644 section 3.5.2.2",
        )


def _canonical(path: PatchPath, value: object, profile: Profile) -> Any:  # noqa: ANN401 JSON
    attribute = path.attribute
    if path.sub_attribute is not None:
        return None if value is None else canonical_value(path.sub_attribute, value, profile)
    if path.filter is None and attribute.multi_valued:
        return canonical_elements(attribute, _as_list(value), profile)
    if attribute.type is AttributeType.COMPLEX:
        return _members(attribute, value, profile)
    return canonical_single(attribute, value, profile)


def _members(attribute: Attribute, value: object, profile: Profile) -> dict[str, Any] | None:
    """Return the sub-attributes to set, with None for those to clear; None to clear all."""
    single = only_value(attribute, value, profile)
    if single is None or (single == "" and profile.has(Quirk.EMPTY_STRING_REMOVES)):
        return None
    members = complex_object(attribute, single, profile)
    return canonical_members(attribute.members, members, profile, with_unassigned=True)


def _elements_to_remove(path: PatchPath, value: object, profile: Profile) -> list[Any] | None:
    """Return which elements to remove; None where the path alone says it.

    Entra ID removes a member by the path `members` and a value, which must not empty the group.
    """
    if value is None:
        return None
    if not profile.has(Quirk.REMOVE_WITH_VALUE):
        raise InvalidSyntaxError(
            "remove has no value; select elements by a filter in the path",
            attribute_path=str(path.attribute_path),
            clause="RFC 7644 section 3.5.2.2",
        )
    if path.filter or path.sub_attribute or not path.attribute.multi_valued:
        return None
    return canonical_elements(path.attribute, value, profile)


def _as_list(value: object) -> list[Any]:
    """One element may stand for an array of one, also where requests are taken to the letter."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
