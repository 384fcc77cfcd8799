"""The resource-store's ResourceService, for reactions; and the brake that they meet."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import grpc
import orjson
from google.protobuf.message import Message

from heliograph.resource.v1 import resource_pb2
from heliograph.resource.v1 import resource_service_pb2 as pb
from heliograph.resource.v1.resource_service_pb2_grpc import ResourceServiceStub
from heliograph.ssf.v1 import tenant_service_pb2
from heliograph.ssf.v1.tenant_service_pb2_grpc import TenantServiceStub
from servicekit.channels import call_until
from servicekit.failures import RemoteError
from set_receiver.domain.errors import StoreUnavailableError
from set_receiver.domain.handling import Action
from set_receiver.domain.reactions import Lookup, Matching, Named, Person, Reaction
from set_receiver.domain.settling import ApplyResult, Disposition, Failed, Held, refused

_PATCH_OP: Final = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
_NOT_READ: Final = ("members", "groups")


@dataclass(frozen=True, slots=True)
class UsualBrake:
    """What holds for tenants that say nothing of it; no changes: no brake."""

    changes: int
    minutes: int


class GrpcPeople:
    """Finds and changes people, in the store."""

    def __init__(
        self, store: grpc.aio.Channel, registrar: grpc.aio.Channel, usual: UsualBrake
    ) -> None:
        self._resources = ResourceServiceStub(store)
        self._tenants = TenantServiceStub(registrar)
        self._usual = usual

    async def find(self, tenant: str, lookup: Lookup, *, seconds: float) -> Sequence[Person]:
        """Find people, as the port says."""
        match lookup:
            case Named(resource_type, resource_id):
                read = pb.ReadOperation(
                    tenant=tenant,
                    ref=resource_pb2.ResourceRef(resource_type=resource_type, id=resource_id),
                    omitted_attributes=_NOT_READ,
                )
                request = pb.ReadResourcesRequest(operations=[read])
                (result,) = (await _asked(self._resources.ReadResources, request, seconds)).results
                is_there = result.WhichOneof("outcome") == "resource"
                return [_person(result.resource)] if is_there else []
            case Matching(resource_type, text):
                search = pb.SearchResourcesRequest(
                    tenant=tenant,
                    resource_types=[resource_type],
                    filter=text,
                    start_index=1,
                    count=2,
                    omitted_attributes=_NOT_READ,
                )
                found = await _asked(self._resources.SearchResources, search, seconds)
                return [_person(resource) for resource in found.resources]

    async def act(
        self, reaction: Reaction, person: Person, *, seconds: float
    ) -> ApplyResult | Held:
        """Change or delete a person, as the port says."""
        operation = _operation(reaction, person)
        brake = await self._brake(reaction.tenant, seconds)
        if brake is not None:
            operation.deletion_brake.CopyFrom(brake)
            operation.deletion_brake.asked_by = f"stream {reaction.stream_id}"
        request = pb.WriteResourcesRequest(operations=[operation])
        (result,) = (await _asked(self._resources.WriteResources, request, seconds)).results
        match result.WhichOneof("outcome"):
            case "failure":
                return _not_done(result.failure.reason, result.failure.detail)
            case "resource" if result.resource.version == person.version:
                return Disposition.UNCHANGED
            case _:
                return Disposition.APPLIED

    async def _brake(self, tenant: str, seconds: float) -> pb.DeletionBrake | None:
        listed = await _asked(
            self._tenants.ListTenants, tenant_service_pb2.ListTenantsRequest(), seconds
        )
        changes, minutes = self._usual.changes, self._usual.minutes
        for each in listed.tenants:
            if each.tenant == tenant and each.configuration.HasField("deletion_brake"):
                changes = each.configuration.deletion_brake.changes
                minutes = each.configuration.deletion_brake.minutes
        return pb.DeletionBrake(changes=changes, within_seconds=minutes * 60) if changes else None


def _operation(reaction: Reaction, person: Person) -> pb.WriteOperation:
    ref = resource_pb2.ResourceRef(resource_type=person.resource_type, id=person.resource_id)
    operation = pb.WriteOperation(
        tenant=reaction.tenant,
        txn=reaction.txn_for(person),
        traceparent=reaction.traceparent,
        lineage=reaction.lineage,
        omitted_attributes=_NOT_READ,
    )
    if reaction.action is Action.DELETE:
        operation.delete.CopyFrom(pb.DeleteResource(ref=ref))
        return operation
    is_active = reaction.action is Action.ACTIVATE
    change = {"op": "replace", "path": "active", "value": is_active}
    patch = orjson.dumps({"schemas": [_PATCH_OP], "Operations": [change]})
    operation.patch.CopyFrom(pb.PatchResource(ref=ref, patch=patch))
    return operation


def _not_done(reason: str, detail: str) -> Disposition | Failed | Held:
    match reason:
        case "BRAKE_ON":
            return Held(f"BRAKE_ON: {detail}")
        case "RESOURCE_NOT_FOUND":
            # somebody else was faster
            return Disposition.UNCHANGED
        case _:
            return refused(reason or "UNKNOWN", detail)


def _person(resource: resource_pb2.Resource) -> Person:
    return Person(resource.ref.resource_type, resource.ref.id, resource.version)


async def _asked(method: Any, request: Message, seconds: float) -> Any:  # noqa: ANN401  generated
    try:
        return await call_until(method, request, deadline=seconds)
    except RemoteError as error:
        raise StoreUnavailableError(str(error)) from None
