"""Writes of SCIM clients (RFC 7644 sections 3.3, 3.5 and 3.6)."""

from dataclasses import dataclass
from enum import Enum, auto

from resource_store.domain.causes import Cause
from resource_store.domain.decisions import Decision, State
from resource_store.domain.edits import Edit, Patch
from resource_store.domain.errors import (
    IdTakenError,
    ResourceNotFoundError,
    TooLargeError,
    VersionMismatchError,
)
from resource_store.domain.limits import refuse_long_patch
from resource_store.domain.members import MEMBERS
from resource_store.domain.resources import Ref, Stored
from resource_store.domain.settlement import Draft, removed, settled
from scim.errors import InvalidValueError
from scim.preconditions import if_match_holds
from scim.resource_type import ResourceType

MAX_MEMBER_CHANGES = 10_000


class Target(Enum):
    """Whether a write makes its resource or changes one."""

    NEW = auto()
    EXISTING = auto()


@dataclass(frozen=True, slots=True)
class ClientEdit:
    """A POST, PUT or PATCH; `if_match` is its header."""

    cause: Cause
    edit: Edit
    target: Target
    if_match: str | None = None

    def __call__(self, state: State) -> Decision:
        """Decide the write."""
        if self.target is Target.NEW and state.current is not None:
            raise IdTakenError(self.edit.ref)
        if self.target is Target.EXISTING:
            require_version(require_current(state, self.edit.ref), self.if_match)
        if isinstance(self.edit, Patch):
            refuse_long_patch(self.edit.operations, state)
        draft = self.edit.draft(state)
        refuse_own_membership(draft)
        _require_members(draft, state)
        return settled(draft, self.cause, state)


@dataclass(frozen=True, slots=True)
class ClientDelete:
    """A DELETE."""

    cause: Cause
    resource_type: ResourceType
    ref: Ref
    if_match: str | None
    retention_days: int

    def __call__(self, state: State) -> Decision:
        """Decide the write."""
        current = require_current(state, self.ref)
        require_version(current, self.if_match)
        return removed(
            self.resource_type, current, self.cause, state, retention_days=self.retention_days
        )


def require_current(state: State, ref: Ref) -> Stored:
    """Return the resource; there must be one, and of this type."""
    if state.current is None or state.current.resource.ref != ref:
        raise ResourceNotFoundError(ref)
    return state.current


def require_version(current: Stored, if_match: str | None) -> None:
    """Raise where the header names other versions than the current one."""
    resource = current.resource
    if if_match is not None and not if_match_holds(if_match, resource.version):
        raise VersionMismatchError(resource.ref, current=resource.version)


def refuse_own_membership(draft: Draft) -> None:
    """Raise where a group would be a member of itself."""
    if any(member.id == draft.ref.id for member in draft.members.added):
        raise InvalidValueError(
            "a group cannot be a member of itself",
            attribute_path="members.value",
            clause="RFC 7643 section 4.2",
        )


def _require_members(draft: Draft, state: State) -> None:
    changes = draft.members
    count = len(changes.added) + len(changes.removed)
    if count > MAX_MEMBER_CHANGES:
        raise TooLargeError(
            f"the request changes {count} members and one may change {MAX_MEMBER_CHANGES}:"
            " send several",
            attribute_path=MEMBERS,
        )
    fitting = _member_types(draft.resource_type)
    unknown = sum(state.types.get(member.id) not in fitting for member in changes.added)
    if unknown:
        raise InvalidValueError(
            f"{unknown} of the new members are the id of no {' or '.join(fitting)}:"
            " create those first",
            attribute_path="members.value",
            clause="RFC 7643 section 4.2",
        )


def _member_types(resource_type: ResourceType) -> tuple[str, ...]:
    """Return the types of resources that may be members."""
    reference = resource_type.attribute(f"{MEMBERS}.$ref")
    return reference.reference_types if reference else ()
