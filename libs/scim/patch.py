"""Applies a PATCH (RFC 7644 section 3.5.2)."""

from collections.abc import Mapping, Sequence
from typing import Any

from scim.attributes import Attribute, AttributeType, Mutability
from scim.errors import MutabilityError
from scim.normalization import is_same
from scim.patch_elements import (
    appended,
    merged,
    refuse_immutable_changes,
    with_selected_changed,
    without,
)
from scim.patch_message import parse_patch
from scim.patch_operation import Op, PatchOperation, PatchPath
from scim.profile import Profile
from scim.resource_type import ResourceType
from scim.schema_uris import with_schemas
from scim.validation import require_attributes
from scim.values import missing, require_sub_attributes, without_stale

__all__ = ["Op", "PatchOperation", "PatchPath", "parse_patch", "patched"]

_CLAUSE = "RFC 7644 section 3.5.2"


def patched(
    resource_type: ResourceType,
    current: Mapping[str, Any],
    operations: Sequence[PatchOperation],
    *,
    profile: Profile,
) -> dict[str, Any]:
    """Return what all the operations, one after another, make of `current`.

    `current` is left as it is, so a failure of any operation is one of all. The result is equal to
    `current` where nothing changed.
    """
    attributes = dict(current)
    for operation in operations:
        _apply(operation, attributes, profile)
    require_attributes(resource_type, attributes)
    return with_schemas(resource_type, attributes)


def _apply(operation: PatchOperation, attributes: dict[str, Any], profile: Profile) -> None:
    schema = operation.path.schema
    if schema is None:
        _change(operation, attributes, profile)
        return
    extension = dict(attributes.get(schema) or {})
    _change(operation, extension, profile)
    if extension:
        attributes[schema] = extension
    else:
        attributes.pop(schema, None)


def _change(operation: PatchOperation, holder: dict[str, Any], profile: Profile) -> None:
    attribute = operation.path.attribute
    before = holder.get(attribute.name)
    after = changed_value(operation, before, profile)
    _refuse_change(operation, before, after)
    if after is None:
        holder.pop(attribute.name, None)
    else:
        holder[attribute.name] = after


def changed_value(operation: PatchOperation, before: Any, profile: Profile) -> Any:  # noqa: ANN401 JSON
    """Return what the operation makes of its attribute's value; None for unassigned."""
    path = operation.path
    if path.filter is None and path.sub_attribute is None:
        return _changed_whole(operation, before)
    if path.attribute.multi_valued:
        return with_selected_changed(operation, before or [], profile) or None
    elements = [] if before is None else [before]
    return next(iter(with_selected_changed(operation, elements, profile)), None)


def _changed_whole(operation: PatchOperation, before: Any) -> Any:  # noqa: ANN401 JSON
    attribute, value = operation.path.attribute, operation.value
    match operation.op:
        case Op.REMOVE if value is not None:
            return without(attribute, before or [], value) or None
        case Op.ADD if attribute.multi_valued:
            return appended(attribute, before or [], value) or None
        case Op.ADD | Op.REPLACE if value is not None and _is_single_complex(attribute):
            return _with_members(attribute, before or {}, value)
        case _:
            return value or None if attribute.multi_valued else value


def _is_single_complex(attribute: Attribute) -> bool:
    return attribute.type is AttributeType.COMPLEX and not attribute.multi_valued


def _with_members(
    attribute: Attribute, before: Mapping[str, Any], value: Mapping[str, Any]
) -> dict[str, Any] | None:
    after = merged(before, value)
    refuse_immutable_changes(attribute, before, after)
    if after:
        require_sub_attributes(attribute, after)
    return without_stale(attribute, before, after)


def _refuse_change(operation: PatchOperation, before: Any, after: Any) -> None:  # noqa: ANN401 JSON
    attribute = operation.path.attribute
    if before is None:
        return
    if attribute.mutability is Mutability.IMMUTABLE and not is_same(attribute, before, after):
        raise MutabilityError(
            f"{attribute.path} is immutable and has a value already",
            attribute_path=attribute.path,
            clause=_CLAUSE,
        )
    if attribute.required and after is None and not operation.of_whole:
        raise _required(operation)


def _required(operation: PatchOperation) -> Exception:
    path = operation.path.attribute.path
    if operation.op is not Op.REMOVE:
        return missing(path)
    return MutabilityError(
        f"{path} is required and cannot be removed",
        attribute_path=path,
        clause="RFC 7644 section 3.5.2.2",
    )
