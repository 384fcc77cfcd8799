"""Bringing deleted resources back."""

from dataclasses import dataclass

from resource_store.domain.causes import Cause
from resource_store.domain.changes import ChangeKind
from resource_store.domain.decisions import Decision, State
from resource_store.domain.errors import DeletedNotFoundError
from resource_store.domain.members import MemberChanges
from resource_store.domain.resources import Ref, attributes_of
from resource_store.domain.settlement import Draft, settled
from scim.resource_type import ResourceType


@dataclass(frozen=True, slots=True)
class ClientRestore:
    """A restore: the resource is created anew, with its id, as it last was.

    It is in no group and a group has no members: who they should be now, the store cannot know.
    """

    cause: Cause
    resource_type: ResourceType
    ref: Ref

    def __call__(self, state: State) -> Decision:
        """Decide the write."""
        kept = state.kept
        if kept is None or kept.ref != self.ref:
            raise DeletedNotFoundError(self.ref)
        draft = Draft(
            resource_type=self.resource_type,
            ref=self.ref,
            kind=ChangeKind.CREATE,
            before={},
            after=attributes_of(kept.stored),
            members=MemberChanges(),
            created=kept.stored.resource.created,
        )
        return settled(draft, self.cause, state)
