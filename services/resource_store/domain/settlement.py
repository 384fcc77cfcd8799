"""From a resource as it shall be to what is stored and told of it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import orjson

from resource_store.domain.causes import Cause
from resource_store.domain.change_values import replaced_values, state_after
from resource_store.domain.changes import Activation, Change, ChangeKind
from resource_store.domain.decisions import Deleted, Effect, Restamped, State, Unchanged, Written
from resource_store.domain.kept import kept_for
from resource_store.domain.keys import index_keys
from resource_store.domain.members import MEMBERS, MemberChanges
from resource_store.domain.references import with_references
from resource_store.domain.representations import with_created, with_member
from resource_store.domain.resources import (
    Ref,
    Resource,
    Stamp,
    Stored,
    attributes_of,
    entity_tag,
)
from resource_store.domain.secrets import to_tell
from scim.difference import changed_attributes, effective_operations
from scim.messages import PATCH_OP
from scim.resource_type import ResourceType


@dataclass(frozen=True, slots=True)
class Draft:
    """A resource as it was and as it shall be; both without members, which are edges.

    In the place of a password stands its hash. `created` is when it was made, where another cluster
    says that of a resource that is new here; microseconds since 1970.
    """

    resource_type: ResourceType
    ref: Ref
    kind: ChangeKind
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    members: MemberChanges
    created: int | None = None


def settled(draft: Draft, cause: Cause, state: State) -> Written | Restamped | Unchanged:
    """Return what is to be stored; nothing is where the draft changes nothing."""
    draft = replace(draft, after=with_references(draft.resource_type, draft.after))
    if state.current is not None and draft.before == draft.after and not draft.members:
        return _restamped(state.current.resource, cause)
    stored = _stored(draft, cause, state)
    before = index_keys(draft.resource_type, draft.before) if draft.before else frozenset()
    after = index_keys(draft.resource_type, draft.after)
    return Written(
        stored=stored,
        display=_display(draft.after),
        keys_added=after - before,
        keys_removed=before - after,
        members_added=draft.members.added,
        members_removed=draft.members.removed,
        change=_change(draft, cause, state, stored=stored),
    )


def _restamped(current: Resource, cause: Cause) -> Restamped | Unchanged:
    """Keep the later stamp of a foreign change that told nothing new.

    Otherwise a change between the two would win here, and lose where the later one was made.
    """
    if cause.origin is None or cause.origin <= current.origin:
        return Unchanged(Effect.UNCHANGED)
    return Restamped(cause.origin)


def removed(
    resource_type: ResourceType,
    current: Stored,
    cause: Cause,
    state: State,
    *,
    retention_days: int,
) -> Deleted:
    """Return what a DELETE leads to; the content is kept for some days, or (0) not at all."""
    before = attributes_of(current)
    ref = current.resource.ref
    change = Change(
        tenant=cause.tenant,
        ref=ref,
        kind=ChangeKind.DELETE,
        txn=cause.txn,
        origin=cause.origin or state.stamp,
        lineage=_lineage(cause.lineage, state.stamp),
        version_before=current.resource.version,
        version_after="",
        data=b"",
        attributes=(),
        external_id=before.get("externalId", ""),
        activation=Activation.UNCHANGED,
        traceparent=cause.traceparent,
        committed=state.stamp.clock,
        routed=cause.routed,
        state=to_tell(resource_type, current.resource.attributes),
    )
    return Deleted(
        ref=ref,
        stamp=change.origin,
        keys_removed=index_keys(resource_type, before),
        change=change,
        kept=kept_for(current, deleted=state.stamp.clock, days=retention_days),
    )


def _stored(draft: Draft, cause: Cause, state: State) -> Stored:
    origin = cause.origin or state.stamp
    attributes = {name: value for name, value in draft.after.items() if name != "password"}
    resource = Resource(
        ref=draft.ref,
        attributes=orjson.dumps(attributes),
        version=entity_tag(state.stamp),
        created=state.current.resource.created if state.current else _created(draft, origin),
        last_modified=origin.clock,
        origin=origin,
    )
    return Stored(resource, draft.after.get("password"))


def _created(draft: Draft, origin: Stamp) -> int:
    """Return when the resource was made, which was not after its last change."""
    return origin.clock if draft.created is None else min(draft.created, origin.clock)


def _change(draft: Draft, cause: Cause, state: State, *, stored: Stored) -> Change:
    resource = stored.resource
    return Change(
        tenant=cause.tenant,
        ref=draft.ref,
        kind=draft.kind,
        txn=cause.txn,
        origin=resource.origin,
        lineage=_lineage(cause.lineage, state.stamp),
        version_before=state.current.resource.version if state.current else "",
        version_after=resource.version,
        data=_data(draft, resource),
        attributes=_changed(draft),
        external_id=draft.after.get("externalId", ""),
        activation=_activation(draft),
        traceparent=cause.traceparent,
        committed=state.stamp.clock,
        routed=cause.routed,
        state=state_after(draft.kind, draft.resource_type, resource),
        replaced=_replaced(draft),
    )


def _replaced(draft: Draft) -> bytes | None:
    if draft.kind is ChangeKind.CREATE:
        return None
    return replaced_values(draft.resource_type, draft.before, draft.after)


def _lineage(before: tuple[str, ...], here: Stamp) -> tuple[str, ...]:
    return (*before, here.cluster)


def _data(draft: Draft, resource: Resource) -> bytes:
    if draft.kind is ChangeKind.PATCH:
        operations = effective_operations(draft.resource_type, draft.before, draft.after)
        operations += draft.members.operations(draft.resource_type.endpoints)
        return orjson.dumps({"schemas": [PATCH_OP], "Operations": operations})
    data = to_tell(draft.resource_type, resource.attributes)
    if draft.members.after:
        elements = [m.element(draft.resource_type.endpoints) for m in draft.members.after]
        data = with_member(data, MEMBERS, elements)
    return with_created(data, resource) if draft.kind is ChangeKind.CREATE else data


def _changed(draft: Draft) -> tuple[str, ...]:
    changed = changed_attributes(draft.resource_type, draft.before, draft.after)
    return (*changed, MEMBERS) if draft.members else tuple(changed)


def _activation(draft: Draft) -> Activation:
    """Whoever is not said to be inactive is active."""
    was, is_now = (each.get("active") is not False for each in (draft.before, draft.after))
    if not draft.before or was is is_now:
        return Activation.UNCHANGED
    return Activation.ACTIVATED if is_now else Activation.DEACTIVATED


def _display(after: Mapping[str, Any]) -> str:
    """Return the name for people that members and groups show of the resource, if it has one.

    A userName is what somebody signs in by, and is none (RFC 7643 section 4.1.1).
    """
    name = after.get("displayName")
    return name if isinstance(name, str) else ""
