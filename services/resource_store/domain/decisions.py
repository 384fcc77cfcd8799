"""Deciding a write: from the state that it meets to all that it leads to.

A decision is made of values alone, so that a storage can take it wherever its transactions need it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final, TypeAlias

from resource_store.domain.async_requests import Completion
from resource_store.domain.brakes import Brake
from resource_store.domain.changes import Change
from resource_store.domain.kept import Kept
from resource_store.domain.keys import IndexKey
from resource_store.domain.members import Member
from resource_store.domain.resources import Ref, Resource, Stamp, Stored
from scim.resource_type import ResourceType


@dataclass(frozen=True, slots=True)
class State:
    """What a transition meets, all of one moment."""

    current: Stored | None
    tombstone: Stamp | None
    """Where the resource was deleted: the stamp of that."""
    members: Mapping[str, Member]
    """By id: of the group's members those that the transition names, or every one."""
    types: Mapping[str, str]
    """The resource types of those of the named ids that exist."""
    gone: Mapping[str, Stamp]
    """Of those of the named ids that were deleted, the last time; some may be back since."""
    stamp: Stamp
    """What a change gets that is made here and now."""
    now: int
    kept: Kept | None = None
    """What is kept of the resource that was deleted, for transitions that need it."""


class Effect(Enum):
    """What became of a transition that was not refused."""

    APPLIED = auto()
    REPEATED = auto()
    UNCHANGED = auto()
    STALE = auto()
    OWN = auto()
    HELD = auto()
    """The tenant's brake is on."""


NOT_DONE: Final = frozenset({Effect.OWN, Effect.HELD})
"""What leaves its identity unused, so that a repetition is decided again."""


@dataclass(frozen=True, slots=True)
class Unchanged:
    """Nothing is to be stored."""

    effect: Effect


@dataclass(frozen=True, slots=True)
class Written:
    """The resource is to be stored as it is here, and its change told."""

    stored: Stored
    display: str
    keys_added: frozenset[IndexKey]
    keys_removed: frozenset[IndexKey]
    members_added: tuple[Member, ...]
    members_removed: tuple[str, ...]
    change: Change


@dataclass(frozen=True, slots=True)
class Restamped:
    """The resource is as it was, but a later change made it so: only its stamp is to be stored."""

    stamp: Stamp


@dataclass(frozen=True, slots=True)
class Deleted:
    """The resource is to be removed, from all groups too, and a tombstone left with this stamp.

    Without a change there was no such resource, and yet there may be members of that id. `kept` is
    what is to be kept of it for a while.
    """

    ref: Ref
    stamp: Stamp
    keys_removed: frozenset[IndexKey]
    change: Change | None
    kept: Kept | None = None


Decision: TypeAlias = Unchanged | Written | Restamped | Deleted


def effect_of(decision: Decision) -> Effect:
    """Return what becomes of a transition by its decision."""
    match decision:
        case Unchanged(effect):
            return effect
        case Written():
            return Effect.APPLIED
        case Restamped():
            return Effect.UNCHANGED
        case Deleted(change=change):
            return Effect.APPLIED if change else Effect.UNCHANGED


def resource_after(decision: Decision, state: State) -> Resource | None:
    """Return the resource that there is to show after a decision."""
    match decision:
        case Unchanged():
            return state.current.resource if state.current else None
        case Written(stored):
            return stored.resource
        case Restamped() | Deleted():
            return None


class IdentityKind(Enum):
    """Whose repetition an identity recognises."""

    TRANSACTION = auto()
    EFFECT = auto()


@dataclass(frozen=True, slots=True)
class Identity:
    """What recognises a repeated transition, within its tenant."""

    kind: IdentityKind
    key: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a transition, and the resource as it is now; None: gone, or not asked for."""

    effect: Effect
    resource: Resource | None


@dataclass(frozen=True, slots=True)
class Transition:
    """A write, and all that its storage must read for it.

    `shown` names the derived attributes of the representation that is given back; None asks for
    no representation.
    """

    tenant: str
    ref: Ref
    resource_type: ResourceType
    identity: Identity | None
    named_members: frozenset[str]
    needs_every_member: bool
    shown: frozenset[str] | None
    decide: Callable[[State], Decision]
    needs_kept: bool = False
    """Whether it needs what is kept of the resource."""
    answer: Callable[[Outcome], Completion] | None = None
    """What is told of it to whoever was promised an answer, by the `AsyncRequest` of its txn.

    Of one that is held nothing is told."""
    brake: Brake | None = None
    """What its deletion or deactivation of a person meets; None: nothing is counted or held."""
    may_be_counted: bool = False
    """Whether it looks like one; such as do get into each other's way."""
