"""What the brake counts and holds: deletions and deactivations of who can be active."""

from dataclasses import dataclass
from enum import Enum

from resource_store.domain.changes import Activation, Change, ChangeKind
from resource_store.domain.decisions import Decision, Deleted, Written
from resource_store.domain.resources import Ref
from scim.attributes import AttributeType
from scim.resource_type import ResourceType


class Risk(Enum):
    """What a change does to a person."""

    DELETE = "delete"
    DEACTIVATE = "deactivate"


@dataclass(frozen=True, slots=True)
class RiskyChange:
    """A change that the brake is for."""

    risk: Risk
    change: Change


@dataclass(frozen=True, slots=True)
class HeldOperation:
    """What was asked for and not carried out; of one resource the last such request.

    Times are in microseconds since 1970.
    """

    ref: Ref
    risk: Risk
    asked_by: str
    txn: str
    version: str
    """The resource's version when it was asked for last."""
    first_asked: int
    last_asked: int
    attempts: int


def risky_change(resource_type: ResourceType, decision: Decision) -> RiskyChange | None:
    """Return the change of a decision if it is one that the brake is for.

    Only resources that have the attribute `active` (RFC 7643 section 4.1.1) are people, whatever
    their type is called; a group is none.
    """
    match decision:
        case Written(change=change) | Deleted(change=Change() as change):
            risk = _risk(change)
            return RiskyChange(risk, change) if risk and _can_be_active(resource_type) else None
    return None


def held_operation(risky: RiskyChange, *, asked_by: str, now: int) -> HeldOperation:
    """Return the record of a change that is held for the first time."""
    return HeldOperation(
        ref=risky.change.ref,
        risk=risky.risk,
        asked_by=asked_by,
        txn=risky.change.txn,
        version=risky.change.version_before,
        first_asked=now,
        last_asked=now,
        attempts=1,
    )


def _risk(change: Change) -> Risk | None:
    if change.kind is ChangeKind.DELETE:
        return Risk.DELETE
    return Risk.DEACTIVATE if change.activation is Activation.DEACTIVATED else None


def _can_be_active(resource_type: ResourceType) -> bool:
    active = resource_type.members.get("active")
    return active is not None and active.type is AttributeType.BOOLEAN
