"""Taking in changes that other clusters and providers tell of (RFC 9967)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from resource_store.commands.bodies import parse_json
from resource_store.commands.carrying_out import carry_out
from resource_store.commands.password_hashes import PasswordHashes
from resource_store.commands.resource_types import ResourceTypes
from resource_store.domain.causes import Cause
from resource_store.domain.changes import Activation, ChangeKind
from resource_store.domain.decisions import Effect, Identity, Transition
from resource_store.domain.edits import ActiveState, Edit, Patch, Representation
from resource_store.domain.foreign_writes import ForeignDelete, ForeignEdit, effect_identity
from resource_store.domain.resources import Ref
from resource_store.ports.resources import Resources
from scim.errors import InvalidSyntaxError
from scim.patch import parse_patch
from scim.profile import TOLERANT
from scim.resource_type import ResourceType


@dataclass(frozen=True, slots=True)
class ForeignChange:
    """A change as an event tells it; with an activation alone it has no data."""

    cause: Cause
    issuer_group: str
    ref: Ref
    kind: ChangeKind
    activation: Activation
    version: str
    data: bytes


Result: TypeAlias = Effect | Exception


@dataclass(frozen=True, slots=True)
class ApplyChanges:
    """Lets foreign changes take effect, each once."""

    resources: Resources
    resource_types: ResourceTypes
    password_hashes: PasswordHashes
    retention_days: int
    """For so long what is deleted by a change is kept for a restore; 0 keeps nothing."""

    async def __call__(self, changes: Sequence[ForeignChange]) -> list[Result]:
        """Return what became of each change, in order; a refusal is the error itself."""
        results = await carry_out(self.resources, map(self._transition, changes))
        return [each if isinstance(each, Exception) else each.outcome.effect for each in results]

    async def _transition(self, change: ForeignChange) -> Transition:
        resource_type = self.resource_types[change.ref.resource_type]
        if not change.ref.id:
            raise InvalidSyntaxError("the subject names no resource", attribute_path="id")
        if change.kind is ChangeKind.DELETE:
            return self._deleted(change, resource_type)
        edit = await self._edit(change, resource_type)
        return Transition(
            tenant=change.cause.tenant,
            ref=change.ref,
            resource_type=resource_type,
            identity=_identity(change),
            named_members=edit.named_members,
            needs_every_member=edit.needs_every_member,
            shown=None,
            decide=ForeignEdit(change.cause, edit),
        )

    def _deleted(self, change: ForeignChange, resource_type: ResourceType) -> Transition:
        days = self.retention_days
        return Transition(
            tenant=change.cause.tenant,
            ref=change.ref,
            resource_type=resource_type,
            identity=_identity(change),
            named_members=frozenset(),
            needs_every_member=False,
            shown=None,
            decide=ForeignDelete(change.cause, resource_type, change.ref, retention_days=days),
        )

    async def _edit(self, change: ForeignChange, resource_type: ResourceType) -> Edit:
        key = change.ref.id
        if change.activation is not Activation.UNCHANGED:
            is_active = change.activation is Activation.ACTIVATED
            return ActiveState(resource_type, key, active=is_active)
        body = parse_json(change.data)
        hashes = await self.password_hashes(change.cause.tenant, change.ref, body)
        if change.kind is not ChangeKind.PATCH:
            return Representation(resource_type, key, body, profile=TOLERANT, hashes=hashes)
        operations = parse_patch(body, resource_type, profile=TOLERANT)
        return Patch(resource_type, key, operations, profile=TOLERANT, hashes=hashes)


def _identity(change: ForeignChange) -> Identity | None:
    return effect_identity(
        issuer_group=change.issuer_group,
        txn=change.cause.txn,
        ref=change.ref,
        kind=change.kind,
        activation=change.activation,
        version=change.version,
    )
