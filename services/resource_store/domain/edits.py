"""What a write asks for: a whole representation, a patch, or an activation."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from resource_store.domain.changes import ChangeKind
from resource_store.domain.decisions import State
from resource_store.domain.member_patches import (
    SplitPatch,
    after_steps,
    named_members,
    refuse_unselectable,
    split,
)
from resource_store.domain.members import (
    MEMBERS,
    Member,
    MemberChanges,
    changes_between,
    elements_of,
    members_of,
    texts_in,
)
from resource_store.domain.passwords import hashed
from resource_store.domain.resources import Ref, attributes_of
from resource_store.domain.settlement import Draft
from scim.attributes import AttributeType
from scim.patch import PatchOperation, patched
from scim.profile import Profile
from scim.resource_type import ResourceType
from scim.validation import created, replaced


class Edit(Protocol):
    """Makes a draft of the state that it meets, and says what of it must be read."""

    @property
    def resource_type(self) -> ResourceType:
        """Its type."""

    @property
    def ref(self) -> Ref:
        """The resource to be edited."""

    @property
    def named_members(self) -> frozenset[str]:
        """The ids that may become members, or cease to be, and perhaps other strings."""

    @property
    def needs_every_member(self) -> bool:
        """Whether those named are not enough."""

    def draft(self, state: State) -> Draft:
        """Return the resource as it shall be."""


@dataclass(frozen=True, slots=True)
class Representation:
    """A whole representation: it creates the resource, or replaces it (RFC 7644 section 3.5.1)."""

    resource_type: ResourceType
    id: str
    body: object
    profile: Profile
    hashes: Mapping[str, str]

    @property
    def ref(self) -> Ref:
        """The resource to be edited."""
        return Ref(self.resource_type.name, self.id)

    @property
    def named_members(self) -> frozenset[str]:
        """The strings in the body's members."""
        if not isinstance(self.body, dict) or not _has_members(self.resource_type):
            return frozenset()
        named = (v for name, v in self.body.items() if name.lower().endswith(MEMBERS))
        return frozenset().union(*map(texts_in, named))

    @property
    def needs_every_member(self) -> bool:
        """Those that the body does not name are removed."""
        return _has_members(self.resource_type)

    def draft(self, state: State) -> Draft:
        """Return the resource that the body describes."""
        before = attributes_of(state.current)
        after = self._validated(state, before)
        members = MemberChanges()
        if self.needs_every_member:
            wanted = members_of(
                elements_of(after),
                known=state.members,
                types=state.types,
                endpoints=self.resource_type.endpoints,
            )
            members = changes_between(state.members, wanted, complete=True)
        return Draft(
            resource_type=self.resource_type,
            ref=self.ref,
            kind=ChangeKind.REPLACE if state.current else ChangeKind.CREATE,
            before=before,
            after=hashed(after, self.hashes, current=before.get("password")),
            members=members,
        )

    def _validated(self, state: State, before: Mapping[str, Any]) -> dict[str, Any]:
        if state.current is None:
            attributes = created(self.resource_type, self.body, profile=self.profile)
            return {"schemas": attributes["schemas"], "id": self.id} | attributes
        # Only the ids, as all else of a member is the store's own and no client can contradict it.
        shown = {MEMBERS: [{"value": key} for key in state.members]} if state.members else {}
        return replaced(self.resource_type, {**before, **shown}, self.body, profile=self.profile)


@dataclass(frozen=True, slots=True)
class Patch:
    """PATCH operations (RFC 7644 section 3.5.2)."""

    resource_type: ResourceType
    id: str
    operations: tuple[PatchOperation, ...]
    profile: Profile
    hashes: Mapping[str, str]

    @property
    def ref(self) -> Ref:
        """The resource to be edited."""
        return Ref(self.resource_type.name, self.id)

    @property
    def named_members(self) -> frozenset[str]:
        """The strings in the operations on members."""
        return named_members(self.operations)

    @property
    def needs_every_member(self) -> bool:
        """Members that are added and removed by their ids can be seen alone."""
        return split(self.operations) is None

    def draft(self, state: State) -> Draft:
        """Return the resource that the operations leave."""
        parts = split(self.operations)
        before = attributes_of(state.current)
        if parts is None:
            after, members = self._with_every_member(state, before)
        else:
            after, members = self._with_named_members(state, before, parts)
        return Draft(
            resource_type=self.resource_type,
            ref=self.ref,
            kind=ChangeKind.PATCH,
            before=before,
            after=hashed(after, self.hashes, current=before.get("password")),
            members=members,
        )

    def _with_named_members(
        self, state: State, before: dict[str, Any], parts: SplitPatch
    ) -> tuple[dict[str, Any], MemberChanges]:
        after = self._patched(before, parts.rest) if parts.rest else before
        wanted = after_steps(
            parts.steps, state.members, types=state.types, endpoints=self.resource_type.endpoints
        )
        return after, changes_between(state.members, wanted, complete=False)

    def _with_every_member(
        self, state: State, before: dict[str, Any]
    ) -> tuple[dict[str, Any], MemberChanges]:
        refuse_unselectable(self.operations)
        shown = [_selectable(member) for _, member in sorted(state.members.items())]
        after = self._patched(before | ({MEMBERS: shown} if shown else {}), self.operations)
        wanted = members_of(
            elements_of(after),
            known=state.members,
            types=state.types,
            endpoints=self.resource_type.endpoints,
        )
        return after, changes_between(state.members, wanted, complete=True)

    def _patched(
        self, before: dict[str, Any], operations: tuple[PatchOperation, ...]
    ) -> dict[str, Any]:
        return patched(self.resource_type, before, operations, profile=self.profile)


@dataclass(frozen=True, slots=True)
class ActiveState:
    """The attribute "active" alone, as activate and deactivate events tell it (RFC 9967)."""

    resource_type: ResourceType
    id: str
    active: bool

    @property
    def ref(self) -> Ref:
        """The resource to be edited."""
        return Ref(self.resource_type.name, self.id)

    @property
    def named_members(self) -> frozenset[str]:
        """None."""
        return frozenset()

    @property
    def needs_every_member(self) -> bool:
        """Not one is needed."""
        return False

    def draft(self, state: State) -> Draft:
        """Return the resource in this state; whoever is not said to be inactive is active."""
        before = attributes_of(state.current)
        known = self.resource_type.members.get("active")
        is_known = known is not None and known.type is AttributeType.BOOLEAN
        changes = is_known and before.get("active", True) is not self.active
        return Draft(
            resource_type=self.resource_type,
            ref=self.ref,
            kind=ChangeKind.PATCH,
            before=before,
            after=before | {"active": self.active} if changes else before,
            members=MemberChanges(),
        )


def may_deactivate(edit: Edit) -> bool:
    """Whether an edit speaks of "active"; what comes of it depends on the state that it meets."""
    match edit:
        case Patch(operations=operations):
            return any(each.path.attribute.name == "active" for each in operations)
        case Representation(body=dict() as body):
            return any(name.lower() == "active" and body[name] is not True for name in body)
    return False


def _selectable(member: Member) -> dict[str, str]:
    """Return what a filter in a PATCH path may select a member by."""
    kind = {"type": member.resource_type} if member.resource_type else {}
    return {"value": member.id, **kind}


def _has_members(resource_type: ResourceType) -> bool:
    return MEMBERS in resource_type.members
