"""Messages of the contract, to and from the store's own types."""

from collections.abc import Iterable

from heliograph.common.v1 import stamp_pb2
from heliograph.resource.v1 import resource_pb2, resource_service_pb2
from resource_store.domain.brakes import Brake
from resource_store.domain.errors import UnknownProfileError
from resource_store.domain.members import DERIVED
from resource_store.domain.resources import Ref, Resource, Stamp
from scim.profile import PROFILES, TOLERANT, Profile


def ref_of(message: resource_pb2.ResourceRef) -> Ref:
    """Return the name of a resource."""
    return Ref(message.resource_type, message.id)


def ref_message(ref: Ref) -> resource_pb2.ResourceRef:
    """Return the message that names a resource."""
    return resource_pb2.ResourceRef(resource_type=ref.resource_type, id=ref.id)


def stamp_of(message: stamp_pb2.Stamp) -> Stamp:
    """Return a stamp."""
    return Stamp(message.clock, message.cluster)


def stamp_message(stamp: Stamp) -> stamp_pb2.Stamp:
    """Return the message of a stamp."""
    return stamp_pb2.Stamp(clock=stamp.clock, cluster=stamp.cluster)


def resource_message(resource: Resource) -> resource_pb2.Resource:
    """Return the message of a resource."""
    return resource_pb2.Resource(
        ref=ref_message(resource.ref),
        attributes=resource.attributes,
        version=resource.version,
        created=resource.created,
        last_modified=resource.last_modified,
        origin=stamp_message(resource.origin),
    )


def shown(omitted_attributes: Iterable[str]) -> frozenset[str]:
    """Return the derived attributes that the caller wants."""
    return DERIVED - frozenset(omitted_attributes)


def brake_of(message: resource_service_pb2.WriteOperation) -> Brake | None:
    """Return what a write's deletion or deactivation meets."""
    if not message.HasField("deletion_brake"):
        return None
    told = message.deletion_brake
    within = told.within_seconds * 1_000_000
    return Brake(changes=max(1, told.changes), within=within, asked_by=told.asked_by)


def profile_of(name: str) -> Profile:
    """Return how literally a request is to be taken; raises `UnknownProfileError`.

    A gateway of the release before names none.
    """
    if not name:
        return TOLERANT
    if name not in PROFILES:
        raise UnknownProfileError(name, known=", ".join(PROFILES))
    return PROFILES[name]
