"""Changes that were made in another cluster, or by another service provider (RFC 9967)."""

import hashlib
from dataclasses import dataclass, replace

import orjson

from resource_store.domain.causes import Cause
from resource_store.domain.changes import Activation, ChangeKind
from resource_store.domain.client_writes import refuse_own_membership, require_current
from resource_store.domain.decisions import (
    Decision,
    Deleted,
    Effect,
    Identity,
    IdentityKind,
    Restamped,
    State,
    Unchanged,
    Written,
)
from resource_store.domain.edits import ActiveState, Edit, Representation
from resource_store.domain.errors import StampAheadError
from resource_store.domain.members import Member
from resource_store.domain.representations import told_created
from resource_store.domain.resources import Ref, Stamp
from resource_store.domain.settlement import Draft, removed, settled
from scim.errors import ScimError, UniquenessError
from scim.resource_type import ResourceType

MAX_AHEAD_MICROSECONDS = 5 * 60 * 1_000_000


@dataclass(frozen=True, slots=True)
class ForeignEdit:
    """A create, replace, patch or activation; a representation creates what is not there."""

    cause: Cause
    edit: Edit

    def __call__(self, state: State) -> Decision:
        """Decide the write; members need not exist yet, but a deleted one does not come back."""
        if (passed_over := _passed_over(self.cause, state)) is not None:
            return passed_over
        _require_type(state, self.edit.ref)
        if not isinstance(self.edit, Representation):
            require_current(state, self.edit.ref)
        if self.cause.origin == _latest(state) and not isinstance(self.edit, ActiveState):
            return self._again(state)
        return self._settled(state)

    def _settled(self, state: State) -> Written | Restamped | Unchanged:
        draft = _without_gone_members(self.edit.draft(state), self.cause.origin, state)
        if isinstance(self.edit, Representation):
            draft = replace(draft, created=told_created(self.edit.body))
        refuse_own_membership(draft)
        return settled(draft, self.cause, state)

    def _again(self, state: State) -> Decision:
        """Decide a change whose stamp the resource has: a snapshot contained it, say.

        Then it changes nothing, and what it removes may be gone. But where an activation that is
        told of the same change came before it, the rest of it is still to come.
        """
        try:
            decision = self._settled(state)
        except ScimError:
            return Unchanged(Effect.STALE)
        return decision if isinstance(decision, Written) else Unchanged(Effect.STALE)


@dataclass(frozen=True, slots=True)
class ForeignDelete:
    """A delete; one of a resource that is not there has no effect."""

    cause: Cause
    resource_type: ResourceType
    ref: Ref
    retention_days: int

    def __call__(self, state: State) -> Decision:
        """Decide the write."""
        if (passed_over := _passed_over(self.cause, state)) is not None:
            return passed_over
        if state.current is None:
            return self._buried(state)
        if state.current.resource.ref != self.ref:
            return Unchanged(Effect.UNCHANGED)
        return removed(
            self.resource_type,
            state.current,
            self.cause,
            state,
            retention_days=self.retention_days,
        )

    def _buried(self, state: State) -> Deleted:
        """Leave a tombstone all the same: what made the resource may come yet."""
        stamp = self.cause.origin or state.stamp
        return Deleted(ref=self.ref, stamp=stamp, keys_removed=frozenset(), change=None)


def effect_identity(
    *,
    issuer_group: str,
    txn: str,
    ref: Ref,
    kind: ChangeKind,
    activation: Activation,
    version: str,
) -> Identity | None:
    """Return what recognises the effect of an event in all its copies, re-signed ones included.

    Without a txn nothing tells two changes of a resource apart, so then there is none.
    """
    if not txn:
        return None
    parts = [issuer_group, txn, ref.resource_type, ref.id, kind.name, activation.name, version]
    return Identity(IdentityKind.EFFECT, hashlib.sha256(orjson.dumps(parts)).hexdigest())


def _passed_over(cause: Cause, state: State) -> Unchanged | None:
    """Return the decision where the change came back, or came too late.

    What came back is passed over unless it is later than all that is known here: then it was known
    before a restore, and this is how it is recovered.
    """
    latest = _latest(state)
    if state.stamp.cluster in cause.lineage and not _is_later(cause.origin, latest):
        return Unchanged(Effect.OWN)
    if cause.origin is None:
        return None
    ahead = cause.origin.clock - state.now
    if ahead > MAX_AHEAD_MICROSECONDS:
        raise StampAheadError(cause.origin.cluster, seconds=ahead // 1_000_000)
    return Unchanged(Effect.STALE) if latest is not None and cause.origin < latest else None


def _is_later(origin: Stamp | None, latest: Stamp | None) -> bool:
    return origin is not None and (latest is None or origin > latest)


def _latest(state: State) -> Stamp | None:
    return state.current.resource.origin if state.current else state.tombstone


def _require_type(state: State, ref: Ref) -> None:
    if state.current is not None and state.current.resource.ref != ref:
        raise UniquenessError(
            "the id belongs to a resource of another type",
            attribute_path="id",
            clause="RFC 7643 section 3.1",
        )


def _without_gone_members(draft: Draft, origin: Stamp | None, state: State) -> Draft:
    """Leave out who was deleted here before the group's change came, or after it was made.

    A deletion ends memberships, and who is restored is not in the groups of before.
    """

    def is_gone(member: Member) -> bool:
        deleted = state.gone.get(member.id)
        if deleted is None:
            return False
        is_back = member.id in state.types
        return not is_back or (origin is not None and origin < deleted)

    changes = draft.members
    kept = replace(
        changes,
        added=tuple(m for m in changes.added if not is_gone(m)),
        after=changes.after and tuple(m for m in changes.after if not is_gone(m)),
    )
    return replace(draft, members=kept)
