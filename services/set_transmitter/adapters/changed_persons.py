"""What the store's record of a change says of a person."""

from typing import Any, Final

import orjson

from heliograph.resource.v1 import change_service_pb2 as pb
from set_transmitter.domain.persons import SIGNALLED, PersonChange, Values, person_change

_ACTIVATIONS: Final = frozenset({pb.ACTIVATION_ACTIVATED, pb.ACTIVATION_DEACTIVATED})


def person_of(change: pb.Change) -> PersonChange | None:
    """Return what a change did to a person, as far as its record has it.

    None where no signal could come of it, so that its values need not be read.
    """
    if change.kind == pb.CHANGE_KIND_CREATE or not _may_signal(change):
        return None
    return person_change(change.attributes, _values(change))


def _may_signal(change: pb.Change) -> bool:
    is_end = change.kind == pb.CHANGE_KIND_DELETE or change.activation in _ACTIVATIONS
    return is_end or not SIGNALLED.isdisjoint(change.attributes)


def _values(change: pb.Change) -> Values:
    state = change.data if change.kind == pb.CHANGE_KIND_REPLACE else change.state
    replaced = change.replaced if change.HasField("replaced") else b""
    return Values(
        _parsed(state), _parsed(replaced), operations=_operations(change.kind, change.data)
    )


def _operations(kind: int, data: bytes) -> list[dict[str, Any]]:
    message = _parsed(data) if kind == pb.CHANGE_KIND_PATCH else None
    operations: list[dict[str, Any]] = (message or {}).get("Operations", [])
    return operations


def _parsed(data: bytes) -> dict[str, Any] | None:
    value: dict[str, Any] | None = orjson.loads(data) if data else None
    return value
