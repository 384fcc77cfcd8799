"""What the order of two operations of a bulk request matters for, beside their references.

That is resources, by their ids or bulkIds, and values that must be unique (a userName).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, TypeAlias

from scim.attributes import AttributePath, Mutability, Uniqueness
from scim.normalization import comparison_key
from scim.resource_type import ResolvedPath, ResourceType
from scim_gateway.domain.bulk_operations import Given, Malformed, Method, Operation
from scim_gateway.domain.bulk_references import PREFIX

Thing: TypeAlias = object
_STRINGS: Final = re.compile(rb'"([^"\\]+)')


@dataclass(frozen=True, slots=True)
class Touch:
    """How an operation stands to those before it.

    It may share a batch with those that it follows, as the store keeps the order of operations on
    one resource; not with those that it waits for. `marks` is what others may stand to it by.
    """

    follows: tuple[Thing, ...] = ()
    waits_for: tuple[Thing, ...] = ()
    marks: tuple[Thing, ...] = ()


def deleted_targets(operations: Sequence[Given]) -> frozenset[str]:
    """Return what the request deletes, by ids or bulkIds as in its paths."""
    return frozenset(
        operation.target or ""
        for operation in operations
        if isinstance(operation, Operation) and operation.method is Method.DELETE
    )


def touched(operation: Given, deleted: frozenset[str]) -> Touch:
    """Return what an operation touches; `deleted` are the targets that the request deletes.

    Who wants a unique value waits for what may give one up: a POST for every change of its type
    that may, a PUT or PATCH for deletions alone. So two of the latter may share a batch. What gives
    one up comes no earlier than who wants one before it, and is to be refused.
    """
    if isinstance(operation, Malformed):
        return Touch()
    resources = (_own_name(operation), *_mentioned(operation, deleted))
    values = tuple(_unique_values(operation))
    wanted, released, gone = _all_values(operation.resource_type)
    match operation.method:
        case Method.POST:
            return Touch(resources, (*values, *released), (*resources, *values, *wanted))
        case Method.DELETE:
            return Touch((*resources, *wanted), (), (*resources, *released, *gone))
    if not _may_move_a_value(operation):
        return Touch(resources, (), resources)
    moving = (*resources, *values, *wanted, *released)
    return Touch((*resources, *wanted), (*values, *gone), moving)


def _all_values(resource_type: ResourceType) -> Sequence[tuple[Thing, ...]]:
    """Stand for the unique values of a type: wanted, given up by something, or by a deletion."""
    if not _unique_paths(resource_type):
        return (), (), ()
    name = resource_type.name
    return (("wanted", name),), (("released", name),), (("gone", name),)


def _own_name(operation: Operation) -> str:
    is_new = operation.method is Method.POST
    return f"{PREFIX}{operation.bulk_id}" if is_new else operation.target or ""


def _mentioned(operation: Operation, deleted: frozenset[str]) -> Iterator[str]:
    """Yield what the body names of that which is deleted before or after it."""
    if deleted:
        yield from deleted & {each.decode() for each in _STRINGS.findall(operation.body)}


def _unique_values(operation: Operation) -> Iterator[Thing]:
    name = operation.resource_type.name
    for resolved in _unique_paths(operation.resource_type):
        for value in _values_at(resolved.path, operation.data):
            if (key := comparison_key(resolved.attribute, value)) is not None:
                yield name, str(resolved.path), key


def _values_at(path: AttributePath, data: Mapping[str, Any]) -> Iterator[object]:
    """Yield what a body that is not checked yet says of an attribute."""
    found = _member(_member(data, path.schema) if path.schema else data, path.attribute)
    for element in found if isinstance(found, list) else (found,):
        is_whole = path.sub_attribute is None or not isinstance(element, dict)
        yield element if is_whole else _member(element, path.sub_attribute or "")


def _member(holder: object, name: str) -> object:
    members = holder.items() if isinstance(holder, dict) else ()
    return next((value for key, value in members if key.lower() == name.lower()), None)


def _may_move_a_value(operation: Operation) -> bool:
    """Whether a PUT or a PATCH may change a unique value: a PATCH would have to name it."""
    paths = [resolved.path for resolved in _unique_paths(operation.resource_type)]
    if operation.method is Method.PUT:
        return bool(paths)
    body = operation.body.lower()
    names = {path.attribute for path in paths} | {path.schema for path in paths if path.schema}
    return any(name.lower().encode() in body for name in names)


@cache
def _unique_paths(resource_type: ResourceType) -> tuple[ResolvedPath, ...]:
    """Return where there are unique values that a client can set."""
    return tuple(
        resolved
        for resolved in {id(each): each for each in resource_type.paths.values()}.values()
        if resolved.attribute.uniqueness is not Uniqueness.NONE
        and resolved.attribute.mutability is not Mutability.READ_ONLY
    )
