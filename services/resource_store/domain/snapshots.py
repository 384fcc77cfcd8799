"""The present state told as changes, page by page, for who has to begin anew."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import orjson

from resource_store.domain.changes import Activation, Change, ChangeKind
from resource_store.domain.errors import InvalidCursorError
from resource_store.domain.members import MEMBERS, Member
from resource_store.domain.representations import with_created, with_member
from resource_store.domain.resources import Ref, Resource, Stamp, clock_of
from resource_store.domain.secrets import to_tell
from scim.difference import changed_attributes
from scim.resource_type import ResourceType

_TOMBSTONES: Final = "-"
_LAST_OF_ALL: Final = chr(0x10FFFF)


@dataclass(frozen=True, slots=True)
class Whole:
    """A resource with every member that it has."""

    resource: Resource
    members: Sequence[Member]


@dataclass(frozen=True, slots=True)
class Tombstone:
    """What is left of a deleted resource; `stamp` is that of the deletion."""

    ref: Ref
    stamp: Stamp


@dataclass(frozen=True, slots=True)
class Place:
    """How far a walk has come: within a resource type, or within the tombstones (None)."""

    resource_type: str | None
    id: str

    @property
    def key(self) -> str:
        """Return the opaque form."""
        return f"{self.resource_type or _TOMBSTONES}:{self.id}"


def place_before(ref: Ref) -> Place:
    """Return a place after which a resource comes next, if it is there.

    Ids are compared by their code points.
    """
    last = chr(max(ord(ref.id[-1]) - 1, 0)) if ref.id else ""
    return Place(ref.resource_type, ref.id[:-1] + last + _LAST_OF_ALL)


def place_of(key: str, resource_types: Sequence[ResourceType]) -> Place:
    """Return the place that a key stands for; the empty one stands for the beginning.

    The walk goes through one resource type after the other, then through the tombstones. Raises
    `InvalidCursorError`.
    """
    if not key:
        return Place(resource_types[0].name, "")
    name, separator, resource_id = key.partition(":")
    known = {each.name for each in resource_types} | {_TOMBSTONES}
    if not separator or name not in known:
        raise InvalidCursorError
    return Place(None if name == _TOMBSTONES else name, resource_id)


def next_phase(place: Place, resource_types: Sequence[ResourceType]) -> Place | None:
    """Return where to go on when there is no more at a place; None at the end of all."""
    if place.resource_type is None:
        return None
    names = [each.name for each in resource_types]
    following = [*names[names.index(place.resource_type) + 1 :], None]
    return Place(following[0], "")


def creation(tenant: str, whole: Whole, resource_type: ResourceType, *, cluster: str) -> Change:
    """Return what a resource would be told by, had it been made as it is; `cluster` is this one."""
    resource = whole.resource
    attributes = orjson.loads(resource.attributes)
    changed = changed_attributes(resource_type, {}, attributes)
    elements = [member.element(resource_type.endpoints) for member in whole.members]
    data = to_tell(resource_type, resource.attributes)
    data = with_member(data, MEMBERS, elements) if elements else data
    data = with_created(data, resource)
    is_active = attributes.get("active") is not False
    return Change(
        tenant=tenant,
        ref=resource.ref,
        kind=ChangeKind.CREATE,
        txn="",
        origin=resource.origin,
        lineage=_lineage(resource.origin, cluster),
        version_before="",
        version_after=resource.version,
        data=data,
        attributes=(*changed, MEMBERS) if elements else tuple(changed),
        external_id=attributes.get("externalId", ""),
        activation=Activation.UNCHANGED if is_active else Activation.DEACTIVATED,
        traceparent="",
        committed=clock_of(resource.version),
        routed=False,
    )


def deletion(tenant: str, tombstone: Tombstone, *, cluster: str) -> Change:
    """Return what a deleted resource is told by."""
    return Change(
        tenant=tenant,
        ref=tombstone.ref,
        kind=ChangeKind.DELETE,
        txn="",
        origin=tombstone.stamp,
        lineage=_lineage(tombstone.stamp, cluster),
        version_before="",
        version_after="",
        data=b"",
        attributes=(),
        external_id="",
        activation=Activation.UNCHANGED,
        traceparent="",
        committed=tombstone.stamp.clock,
        routed=False,
    )


def _lineage(origin: Stamp, cluster: str) -> tuple[str, ...]:
    """Return what is known of the way: its beginning and its end."""
    return tuple(dict.fromkeys((origin.cluster, cluster)))
