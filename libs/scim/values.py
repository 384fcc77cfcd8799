"""Attribute values as their definitions want them (RFC 7643 sections 2.3 to 2.5)."""

from collections.abc import Iterable, Mapping
from typing import Any

from scim.attributes import Attribute, AttributeType, Mutability
from scim.errors import InvalidSyntaxError, InvalidValueError
from scim.profile import Profile
from scim.quirks import Quirk
from scim.simple_values import json_type, simple_value, text_value

_COMPLEX = AttributeType.COMPLEX
_READ_ONLY = Mutability.READ_ONLY


def canonical_value(attribute: Attribute, value: object, profile: Profile) -> Any:  # noqa: ANN401 JSON
    """Return `value` in canonical form; None where it says "unassigned" (RFC 7643 section 2.5)."""
    if attribute.multi_valued:
        return canonical_elements(attribute, value, profile) or None
    return canonical_single(attribute, value, profile)


def canonical_single(attribute: Attribute, value: object, profile: Profile) -> Any:  # noqa: ANN401 JSON
    """Return one value, or one element of several, in canonical form; None where it is empty."""
    value = only_value(attribute, value, profile)
    if value is None:
        return None
    if attribute.type is not _COMPLEX:
        return simple_value(attribute, value, profile)
    given = complex_object(attribute, value, profile)
    members = canonical_members(attribute.members, given, profile)
    if members:
        require_sub_attributes(attribute, members)
    return members or None


def only_value(attribute: Attribute, value: object, profile: Profile) -> object:
    """Return what stands for one value: itself or, where clients send too much, in an array."""
    if not isinstance(value, list):
        return value
    if len(value) > 1 or not profile.has(Quirk.ARRAY_FOR_ONE):
        raise InvalidValueError(
            f"{attribute.path} has one value, not an array",
            attribute_path=attribute.path,
            clause="RFC 7643 section 2.4",
        )
    return value[0] if value else None


def complex_object(attribute: Attribute, value: object, profile: Profile) -> dict[str, object]:
    """Return the object that `value` is or, where clients abbreviate, stands for.

    A bare string stands for its `value`; Entra ID sends a manager so, and an empty one to clear it.
    """
    if isinstance(value, dict):
        return value
    if isinstance(value, str) and "value" in attribute.members:
        if value == "" and profile.has(Quirk.EMPTY_STRING_REMOVES):
            return {}
        if value and profile.has(Quirk.STRING_FOR_COMPLEX):
            return {"value": value}
    raise InvalidValueError(
        f"{attribute.path} must be an object, not {json_type(value)}",
        attribute_path=attribute.path,
        clause="RFC 7643 section 2.3.8",
    )


def canonical_members(
    names: Mapping[str, Attribute],
    value: Mapping[str, object],
    profile: Profile,
    *,
    with_unassigned: bool = False,
) -> dict[str, Any]:
    """Return the members that a client may set, by canonical name.

    Those that are unassigned are left out, or kept as None where that is to clear them.
    """
    members = {}
    for name, item in value.items():
        attribute = names.get(name)
        if attribute is None or attribute.name != name:
            attribute = _differently_spelt(names, name, value, profile)
        if attribute is None or attribute.mutability is _READ_ONLY:
            continue
        canonical: Any
        if attribute.is_text and type(item) is str:
            # Most values are, and going the long way would triple the cost of a request.
            canonical = text_value(attribute, item)
        else:
            canonical = None if item is None else canonical_value(attribute, item, profile)
        if canonical is not None or with_unassigned:
            members[attribute.name] = canonical
    return members


def _differently_spelt(
    names: Mapping[str, Attribute], name: str, value: Mapping[str, object], profile: Profile
) -> Attribute | None:
    """Return the attribute whose name differs from `name` in case only (RFC 7643 section 2.1)."""
    attribute = names.get(name.lower())
    if attribute is None:
        refuse_unknown(name, profile)
        return None
    if sum(other.lower() == name.lower() for other in value) > 1:
        raise InvalidSyntaxError(
            f"{attribute.path} is given more than once, in different upper and lower case",
            attribute_path=attribute.path,
            clause="RFC 7643 section 2.1",
        )
    return attribute


def refuse_unknown(name: str, profile: Profile) -> None:
    """Raise for an attribute that no schema has, where it is not to be ignored."""
    if not profile.has(Quirk.UNKNOWN_ATTRIBUTES_IGNORED):
        raise InvalidSyntaxError(
            f"No schema of the resource has an attribute {name[:100]!a}",
            attribute_path=name[:100] if name.isascii() else "",
            clause="RFC 7643 section 3",
        )


def canonical_elements(attribute: Attribute, value: object, profile: Profile) -> list[Any]:
    """Return the elements in canonical form, none empty, none twice (RFC 7643 section 2.4)."""
    elements = [
        canonical
        for element in _array(attribute, value, profile)
        if (canonical := _element(attribute, element, profile)) is not None
    ]
    if len(elements) < 2:
        return elements
    refuse_second_primary(attribute, elements)
    return list({element_identity(attribute, e): e for e in reversed(elements)}.values())[::-1]


def _array(attribute: Attribute, value: object, profile: Profile) -> list[object]:
    if isinstance(value, list):
        return value
    if value is None:
        return []
    if not profile.has(Quirk.ONE_FOR_ARRAY):
        raise InvalidValueError(
            f"{attribute.path} must be an array, not {json_type(value)}",
            attribute_path=attribute.path,
            clause="RFC 7643 section 2.4",
        )
    return [value]


def _element(attribute: Attribute, element: object, profile: Profile) -> object:
    canonical = canonical_single(attribute, element, profile)
    if canonical is None and attribute.identified_by_value:
        # To drop it would let a PATCH that means one member, but cannot say which, empty a group.
        raise missing(attribute.path + ".value")
    if canonical is None and not profile.has(Quirk.EMPTY_ELEMENTS):
        raise InvalidValueError(
            f"{attribute.path} must not hold an empty element",
            attribute_path=attribute.path,
            clause="RFC 7643 section 2.4",
        )
    return canonical


def element_identity(attribute: Attribute, element: Any) -> object:  # noqa: ANN401 JSON
    """Return what makes two elements the same one: all that they hold, or a fixed `value`."""
    if attribute.type is not _COMPLEX:
        return element
    if attribute.identified_by_value:
        return element["value"]
    return frozenset((n, tuple(v) if isinstance(v, list) else v) for n, v in element.items())


def refuse_second_primary(attribute: Attribute, elements: Iterable[Any]) -> None:
    """Raise where more than one element says that it is the primary one."""
    if "primary" not in attribute.members:
        return
    if sum(element.get("primary") is True for element in elements) > 1:
        raise InvalidValueError(
            f"Only one element of {attribute.path} may have primary true",
            attribute_path=f"{attribute.path}.primary",
            clause="RFC 7643 section 2.4",
        )


def require_sub_attributes(attribute: Attribute, members: Mapping[str, object]) -> None:
    """Raise where a required sub-attribute is missing; a fixed `value` counts as required."""
    if attribute.identified_by_value and "value" not in members:
        raise missing(attribute.path + ".value")
    for sub in attribute.required_sub_attributes:
        if members.get(sub.name) in (None, ""):
            raise missing(sub.path)


def without_stale(
    attribute: Attribute, before: Mapping[str, Any], after: Mapping[str, Any]
) -> dict[str, Any] | None:
    """Return the members of a complex value without what the service provider must derive anew.

    A manager's displayName is that of one `value`, and is none of a manager that is gone.
    """
    derived = {name for name in after if _is_derived(attribute, name)}
    if len(derived) == len(after):
        return None
    is_stale = derived and before.get("value") != after.get("value")
    return {name: after[name] for name in after if not (is_stale and name in derived)}


def _is_derived(attribute: Attribute, name: str) -> bool:
    sub = attribute.members.get(name)
    return sub is not None and sub.mutability is _READ_ONLY


def missing(path: str) -> InvalidValueError:
    """Return the error for a required attribute without a value."""
    return InvalidValueError(
        f"{path} is required and must not be empty",
        attribute_path=path,
        clause="RFC 7643 section 2.2",
    )
