"""People in memory: their changes as the store decides them, and as the transmitter reads them."""

import json
from dataclasses import dataclass, field
from typing import Any

from resource_store.domain.causes import Cause
from resource_store.domain.changes import Activation, Change, ChangeKind
from resource_store.domain.client_writes import ClientDelete, ClientEdit, Target
from resource_store.domain.decisions import Deleted, State, Written
from resource_store.domain.edits import Edit, Patch, Representation
from resource_store.domain.resources import Ref, Stamp, Stored
from scim.messages import PATCH_OP
from scim.patch import parse_patch
from scim.profile import TOLERANT
from scim.registry import standard_registry
from set_transmitter.domain import events

TYPES = {each.name: each for each in standard_registry().resource_types}
USER = TYPES["User"]
NOW = 1_800_000_000_000_000
_KINDS: dict[ChangeKind, events.EventKind] = {
    ChangeKind.CREATE: "create",
    ChangeKind.REPLACE: "put",
    ChangeKind.PATCH: "patch",
    ChangeKind.DELETE: "delete",
}
_ACTIVATIONS: dict[Activation, events.Activation | None] = {
    Activation.UNCHANGED: None,
    Activation.ACTIVATED: "activate",
    Activation.DEACTIVATED: "deactivate",
}


@dataclass
class People:
    """The users that there are, by their ids."""

    stored: dict[str, Stored] = field(default_factory=dict)
    clock: int = NOW

    def post(self, key: str, **attributes: Any) -> list[events.Event]:
        body = {"schemas": [USER.schema.id], "userName": key, **attributes}
        return self._write(Representation(USER, key, body, TOLERANT, {}), Target.NEW)

    def put(self, key: str, **attributes: Any) -> list[events.Event]:
        body = {"schemas": [USER.schema.id], "userName": key, **attributes}
        return self._write(Representation(USER, key, body, TOLERANT, {}), Target.EXISTING)

    def patch(self, key: str, *operations: dict[str, Any]) -> list[events.Event]:
        message = {"schemas": [PATCH_OP], "Operations": list(operations)}
        parsed = parse_patch(message, USER, profile=TOLERANT)
        hashes = {one.value: "hash" for one in parsed if one.path.attribute.name == "password"}
        return self._write(Patch(USER, key, parsed, TOLERANT, hashes), Target.EXISTING)

    def delete(self, key: str) -> list[events.Event]:
        decide = ClientDelete(self._cause(), USER, Ref("User", key), None, retention_days=0)
        decision = decide(self._state(key))
        assert isinstance(decision, Deleted)
        assert decision.change is not None
        del self.stored[key]
        return told(decision.change)

    def get(self, key: str) -> dict[str, Any] | None:
        """Return a representation without meta, and None where there is none."""
        found = self.stored.get(key)
        return None if found is None else json.loads(found.resource.attributes)

    def _write(self, edit: Edit, target: Target) -> list[events.Event]:
        decision = ClientEdit(self._cause(), edit, target)(self._state(edit.ref.id))
        if not isinstance(decision, Written):
            return []
        self.stored[edit.ref.id] = decision.stored
        return told(decision.change)

    def _cause(self) -> Cause:
        self.clock += 1
        return Cause("default", f"txn-{self.clock}", "")

    def _state(self, key: str) -> State:
        stamp = Stamp(self.clock, "here2345")
        return State(self.stored.get(key), None, {}, {}, {}, stamp, self.clock)


def told(change: Change) -> list[events.Event]:
    """Return the events that are logged of a change."""
    kind = _KINDS[change.kind]
    event = events.Event(
        tenant=change.tenant,
        kind=kind,
        resource_type=change.ref.resource_type,
        subject_uri=f"/Users/{change.ref.id}",
        external_id=change.external_id,
        txn=change.txn,
        origin_clock=change.origin.clock,
        origin_cluster=change.origin.cluster,
        lineage=change.lineage,
        version_before=change.version_before,
        version_after=change.version_after,
        attributes=change.attributes,
        data=events.data_to_tell(kind, change.data),
        traceparent="",
        committed=change.committed,
        state=change.state,
        replaced=change.replaced,
    )
    activation = _ACTIVATIONS[change.activation]
    return events.events_of(events.Change(event, activation, routed=False))
