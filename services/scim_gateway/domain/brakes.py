"""The brake on mass deletion and deactivation, as an administrator sets, sees and releases it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class DeletionLimit:
    """So many people may be deleted or deactivated within so long; what goes beyond is held."""

    changes: int
    within_seconds: int


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a tenant's brake stands; times are in microseconds since 1970."""

    on_since: int
    """0 while nothing is held."""
    pass_until: int
    """Until when an administrator lets changes through."""
    pass_left: int | None
    """How many of them still may; None: any number."""
    held: int


@dataclass(frozen=True, slots=True)
class HeldOperation:
    """What was asked for and not carried out; times are in microseconds since 1970."""

    resource_type: str
    id: str
    operation: Literal["delete", "deactivate"]
    asked_by: str
    txn: str
    first_asked: int
    last_asked: int
    attempts: int


@dataclass(frozen=True, slots=True)
class HeldPage:
    """Held operations in the order of their ids; `next`: what the next page is asked for by."""

    operations: Sequence[HeldOperation]
    next: str


@dataclass(frozen=True, slots=True)
class AppliedOperation:
    """What became of a held operation that was to be carried out."""

    resource_type: str
    id: str
    outcome: Literal["applied", "gone", "refused"]
    detail: str
    """Why it was refused, and so is still held."""


@dataclass(frozen=True, slots=True)
class AppliedPage:
    """As `HeldPage`."""

    operations: Sequence[AppliedOperation]
    next: str
