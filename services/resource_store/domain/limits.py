"""How much one write may ask for; without an end, one client could keep all others waiting."""

from collections import Counter
from collections.abc import ItemsView, Iterator, Sequence
from typing import Any, Final

from resource_store.domain.decisions import State
from resource_store.domain.errors import TooLargeError
from resource_store.domain.member_patches import split
from resource_store.domain.members import MEMBERS
from resource_store.domain.resources import attributes_of
from scim.patch import PatchOperation

MAX_VALUES: Final = 10_000
_FEW: Final = 10
_MAX_VISITS: Final = 1_000_000
"""So many elements of multi-valued attributes are gone through in a second or two."""


def refuse_large_values(body: object) -> None:
    """Raise where a body holds more operations, or values of an attribute, than are worth reading.

    A group may be larger: what counts there is how many members change.
    """
    for name, value in _named_values(body):
        if not isinstance(value, list | dict):
            continue
        count = len(value)
        if count > MAX_VALUES and not name.lower().endswith(MEMBERS):
            raise TooLargeError(
                f"{name or 'the body'} holds {count} values and may hold {MAX_VALUES}:"
                " send several requests",
                attribute_path=name,
            )


def _named_values(body: object) -> Iterator[tuple[str, object]]:
    yield "", body
    for name, value in _items(body):
        yield name[:100], value
        if name.lower() == "operations" and isinstance(value, list):
            for operation in value:
                yield from _operands(operation)


def _operands(operation: object) -> Iterator[tuple[str, object]]:
    members = {name.lower(): value for name, value in _items(operation)}
    path, value = members.get("path"), members.get("value")
    yield (path[:100] if isinstance(path, str) else "value"), value
    yield from ((name[:100], member) for name, member in _items(value))


def _items(value: object) -> ItemsView[str, object]:
    return (value if isinstance(value, dict) else {}).items()


def refuse_long_patch(operations: Sequence[PatchOperation], state: State) -> None:
    """Raise where the operations go through too many elements, each through all of its attribute.

    Members that are added and removed by their ids cost nothing but themselves.
    """
    if len(operations) <= _FEW:
        return
    parts = split(operations)
    each = operations if parts is None else parts.rest
    counted = [operation for operation in each if operation.path.attribute.multi_valued]
    elements = _elements(counted, state)
    for name, visiting in Counter(_name(operation) for operation in counted).items():
        if visiting * elements[name] > _MAX_VISITS:
            raise TooLargeError(
                f"{visiting} operations on an attribute of up to {elements[name]} values are too"
                " many for one request: send several, or one with all values",
                attribute_path=name,
            )


def _elements(operations: Sequence[PatchOperation], state: State) -> Counter[str]:
    """Return how many elements each attribute may come to have."""
    elements = Counter({MEMBERS: len(state.members)})
    for name, value in attributes_of(state.current).items():
        elements[name] += _count(value)
    for operation in operations:
        elements[_name(operation)] += _count(operation.value)
    return elements


def _count(value: Any) -> int:  # noqa: ANN401 JSON
    return len(value) if isinstance(value, list) else 1


def _name(operation: PatchOperation) -> str:
    return operation.path.attribute.name
