"""Changes the elements that a PATCH operation selects (RFC 7644 sections 3.5.2.1 to 3.5.2.3)."""

from collections.abc import Mapping, Sequence
from typing import Any

from scim.attributes import Attribute, AttributeType, Mutability
from scim.element_index import ElementIndex
from scim.errors import MutabilityError, NoTargetError
from scim.evaluation import as_element, matches, predicate
from scim.filters import And, Comparison, Filter, Operator
from scim.normalization import is_same
from scim.patch_operation import Op, PatchOperation
from scim.profile import Profile
from scim.quirks import Quirk
from scim.values import refuse_second_primary, require_sub_attributes, without_stale


def appended(attribute: Attribute, elements: Sequence[Any], new: Sequence[Any]) -> list[Any]:
    """Return the elements, and after them those of the new ones that are not among them yet."""
    index = ElementIndex(attribute, elements)
    added = [element for element in new if not index.positions(element)]
    return [*_yielding_primary(attribute, elements, to=added), *added]


def without(attribute: Attribute, elements: Sequence[Any], removed: Sequence[Any]) -> list[Any]:
    """Return the elements that none of the removed ones means."""
    index = ElementIndex(attribute, elements)
    gone = {position for element in removed for position in index.positions(element)}
    return [element for position, element in enumerate(elements) if position not in gone]


def with_selected_changed(
    operation: PatchOperation, elements: Sequence[Any], profile: Profile
) -> list[Any]:
    """Return the elements after a change of those that the filter selects; of all without one."""
    chosen = operation.path.filter
    is_selected = predicate(chosen) if chosen else _always
    selected = {n: e for n, e in enumerate(elements) if is_selected(as_element(e))}
    if not selected:
        return _without_target(operation, elements, profile)
    changed = {n: _changed(operation, element) for n, element in selected.items()}
    left = [element for element in changed.values() if element is not None]
    refuse_second_primary(operation.path.attribute, left)
    others = _yielding_primary(operation.path.attribute, elements, to=left)
    merged = [changed.get(n, element) for n, element in enumerate(others)]
    return [element for element in merged if element is not None]


def _always(_: object) -> bool:
    return True


def _yielding_primary(
    attribute: Attribute, elements: Sequence[Any], *, to: Sequence[Any]
) -> Sequence[Any]:
    """Return the elements, none of them primary if one of the others now is."""
    if "primary" not in attribute.members or not any(e.get("primary") is True for e in to):
        return elements
    return [{**e, "primary": False} if e.get("primary") is True else e for e in elements]


def _changed(operation: PatchOperation, element: Any) -> Any:  # noqa: ANN401 JSON
    """Return what the operation makes of a selected element; None where it is gone."""
    attribute = operation.path.attribute
    if attribute.type is not AttributeType.COMPLEX or _takes_all(operation):
        return operation.value
    changed = _changed_members(operation, element)
    refuse_immutable_changes(attribute, element, changed)
    if changed:
        require_sub_attributes(attribute, changed)
    return without_stale(attribute, element, changed)


def _takes_all(operation: PatchOperation) -> bool:
    return operation.path.sub_attribute is None and operation.value is None


def _changed_members(operation: PatchOperation, element: Mapping[str, Any]) -> dict[str, Any]:
    sub = operation.path.sub_attribute
    if sub is not None:
        return merged(element, {sub.name: operation.value})
    if operation.op is Op.REPLACE:
        return merged(_fixed(operation.path.attribute, element), operation.value)
    return merged(element, operation.value)


def merged(members: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the members with the changes, of which None takes one away."""
    together = {**members, **changes}
    return {name: value for name, value in together.items() if value is not None}


def _fixed(attribute: Attribute, element: Mapping[str, Any]) -> dict[str, Any]:
    """Return what stays when an element is replaced."""
    fixed = (Mutability.IMMUTABLE, Mutability.READ_ONLY)
    subs = [sub for sub in attribute.sub_attributes if sub.mutability in fixed]
    return {sub.name: element[sub.name] for sub in subs if sub.name in element}


def refuse_immutable_changes(
    attribute: Attribute, before: Mapping[str, Any], after: Mapping[str, Any]
) -> None:
    """Raise where an immutable sub-attribute that has a value would get another, or none."""
    fixed = (sub for sub in attribute.sub_attributes if sub.mutability is Mutability.IMMUTABLE)
    for sub in fixed:
        value = before.get(sub.name)
        if value is not None and not is_same(sub, value, after.get(sub.name)):
            raise MutabilityError(
                f"{sub.path} is immutable; remove the element and add another",
                attribute_path=sub.path,
                clause="RFC 7644 section 3.5.2",
            )


def _without_target(
    operation: PatchOperation, elements: Sequence[Any], profile: Profile
) -> list[Any]:
    """Return the elements when none is selected: with a new one, where that can be meant."""
    path = operation.path
    if operation.op is Op.REMOVE or operation.value is None:
        return list(elements)
    described = {} if path.filter is None else _described(path.filter, path.attribute)
    creates = path.filter is None or profile.has(Quirk.VALUE_PATH_CREATES)
    if described is None or not creates:
        raise _no_target(operation)
    element = _new_element(operation, described)
    if path.filter is not None and not matches(path.filter, as_element(element)):
        raise _no_target(operation)
    return appended(path.attribute, elements, [element])


def _no_target(operation: PatchOperation) -> NoTargetError:
    path = operation.path
    return NoTargetError(
        f"No element of {path.attribute.path} matches the filter",
        attribute_path=str(path.attribute_path),
        clause="RFC 7644 section 3.5.2.3",
    )


def _new_element(operation: PatchOperation, described: Mapping[str, Any]) -> Any:  # noqa: ANN401 JSON
    """Entra ID adds `emails[type eq "work"].value` where there is no such element yet."""
    attribute, sub = operation.path.attribute, operation.path.sub_attribute
    if attribute.type is not AttributeType.COMPLEX:
        return operation.value
    element = merged(described, {sub.name: operation.value} if sub else operation.value)
    require_sub_attributes(attribute, element)
    return element


def _described(chosen: Filter, attribute: Attribute) -> dict[str, Any] | None:
    """Return the element that the filter describes by `eq` and `and`; None where it says more."""
    match chosen:
        case Comparison(path, sub, Operator.EQ, value) if (
            sub.mutability is not Mutability.READ_ONLY
        ):
            return {path.attribute: value}
        case And(terms):
            parts = [_described(term, attribute) for term in terms]
            known = [part for part in parts if part is not None]
            return _joined(known) if len(known) == len(parts) else None
        case _:
            return None


def _joined(parts: list[dict[str, Any]]) -> dict[str, Any]:
    return {name: value for part in parts for name, value in part.items()}
