"""The gateway's peers with everything but their rules: in memory, and behind real gRPC sockets."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import grpc
from support.fake_registrar import FakeRegistrar
from support.refusing_peers import CutOffError, NotHereError, RefusedError

from heliograph.common.v1.failure_pb2 import Failure
from heliograph.resource.v1 import (
    resource_pb2,
    resource_service_pb2_grpc,
    schema_service_pb2,
    schema_service_pb2_grpc,
)
from heliograph.resource.v1 import resource_service_pb2 as pb
from heliograph.ssf.v1 import (
    stream_service_pb2_grpc,
    tenant_service_pb2_grpc,
    token_service_pb2_grpc,
)
from scim.registry import standard_registry
from scim.schema import resource_type_representation, schema_representation
from servicekit.endpoints import unix_endpoint
from servicekit.grpc_server import GrpcFace, registrations
from servicekit.runtime import serving_grpc
from servicekit.settings import ServiceSettings

CREATED = 1_700_000_000_123_456


STATUSES: dict[type[Exception], grpc.StatusCode] = {
    RefusedError: grpc.StatusCode.INVALID_ARGUMENT,
    NotHereError: grpc.StatusCode.NOT_FOUND,
    CutOffError: grpc.StatusCode.UNAVAILABLE,
}


@dataclass
class FakeStore(
    resource_service_pb2_grpc.ResourceServiceServicer,
    schema_service_pb2_grpc.SchemaServiceServicer,
):
    """Stores bodies as they come, and counts versions; a patch sets what its values hold."""

    resources: dict[tuple[str, str], resource_pb2.Resource] = field(default_factory=dict)
    reads: list[pb.ReadOperation] = field(default_factory=list)
    writes: list[pb.WriteOperation] = field(default_factory=list)
    searches: list[pb.SearchResourcesRequest] = field(default_factory=list)
    failure: Failure | None = None
    """What every read and write fails with."""
    refusal: RefusedError | None = None
    """What every search fails with."""
    outcomes: dict[str, pb.WriteResult] = field(default_factory=dict)
    answers_lost: int = 0
    """So many calls that write are carried out, and their answers do not arrive."""

    async def ReadResources(  # noqa: N802
        self, request: pb.ReadResourcesRequest, _context: object
    ) -> pb.ReadResourcesResponse:
        self.reads.extend(request.operations)
        return pb.ReadResourcesResponse(results=map(self._read, request.operations))

    async def WriteResources(  # noqa: N802
        self, request: pb.WriteResourcesRequest, _context: object
    ) -> pb.WriteResourcesResponse:
        self.writes.extend(request.operations)
        response = pb.WriteResourcesResponse(results=map(self._write_once, request.operations))
        if self.answers_lost:
            self.answers_lost -= 1
            raise CutOffError("UNAVAILABLE")
        return response

    async def SearchResources(  # noqa: N802
        self, request: pb.SearchResourcesRequest, _context: object
    ) -> pb.SearchResourcesResponse:
        self.searches.append(request)
        if self.refusal is not None:
            raise self.refusal
        found = [r for (kind, _), r in self.resources.items() if kind in request.resource_types]
        first = request.start_index - 1
        page = found[first : first + request.count]
        return pb.SearchResourcesResponse(total_results=len(found), resources=page)

    async def ReadSchemas(  # noqa: N802
        self, _request: schema_service_pb2.ReadSchemasRequest, _context: object
    ) -> schema_service_pb2.ReadSchemasResponse:
        registry = standard_registry()
        types = map(resource_type_representation, registry.resource_types)
        return schema_service_pb2.ReadSchemasResponse(
            resource_types=[json.dumps(found).encode() for found in types],
            schemas=[json.dumps(schema_representation(s)).encode() for s in registry.schemas],
        )

    def _read(self, operation: pb.ReadOperation) -> pb.ReadResult:
        if self.failure is not None:
            return pb.ReadResult(failure=self.failure)
        found = self.resources.get((operation.ref.resource_type, operation.ref.id))
        if found is None:
            return pb.ReadResult(failure=_not_found())
        return pb.ReadResult(resource=found)

    def _write_once(self, operation: pb.WriteOperation) -> pb.WriteResult:
        if operation.txn not in self.outcomes:
            self.outcomes[operation.txn] = self._write(operation)
        return self.outcomes[operation.txn]

    def _write(self, operation: pb.WriteOperation) -> pb.WriteResult:
        if self.failure is not None:
            return pb.WriteResult(failure=self.failure)
        match operation.WhichOneof("operation"):
            case "create":
                create = operation.create
                ref = resource_pb2.ResourceRef(
                    resource_type=create.resource_type, id=f"id-{len(self.resources) + 1}"
                )
                return pb.WriteResult(resource=self._store(ref, json.loads(create.attributes)))
            case "replace":
                return self._change(
                    operation.replace.ref, lambda _: json.loads(operation.replace.attributes)
                )
            case "patch":
                return self._change(operation.patch.ref, _patching(operation.patch.patch))
        return self._delete(operation.delete.ref)

    def _change(self, ref: resource_pb2.ResourceRef, change: Any) -> pb.WriteResult:
        found = self.resources.get((ref.resource_type, ref.id))
        if found is None:
            return pb.WriteResult(failure=_not_found())
        return pb.WriteResult(resource=self._store(ref, change(json.loads(found.attributes))))

    def _delete(self, ref: resource_pb2.ResourceRef) -> pb.WriteResult:
        if self.resources.pop((ref.resource_type, ref.id), None) is None:
            return pb.WriteResult(failure=_not_found())
        return pb.WriteResult(deleted=pb.Deleted())

    def _store(
        self, ref: resource_pb2.ResourceRef, attributes: dict[str, Any]
    ) -> resource_pb2.Resource:
        shown = {**attributes, "id": ref.id}
        resource = resource_pb2.Resource(
            ref=ref,
            attributes=json.dumps(shown, separators=(",", ":")).encode(),
            version=f'W/"{len(self.writes)}-fake"',
            created=CREATED,
            last_modified=CREATED,
        )
        self.resources[ref.resource_type, ref.id] = resource
        return resource


@asynccontextmanager
async def serving_store(settings: ServiceSettings, store: FakeStore) -> AsyncIterator[None]:
    register = registrations(
        (resource_service_pb2_grpc.add_ResourceServiceServicer_to_server, store),
        (schema_service_pb2_grpc.add_SchemaServiceServicer_to_server, store),
    )
    async with serving_grpc(
        GrpcFace(unix_endpoint(settings.data, "resource-store"), tuple(register), STATUSES)
    ):
        yield


@asynccontextmanager
async def serving_registrar(
    settings: ServiceSettings, registrar: FakeRegistrar, *, is_of_version_before: bool = False
) -> AsyncIterator[None]:
    services = [
        (token_service_pb2_grpc.add_TokenServiceServicer_to_server, registrar),
        (stream_service_pb2_grpc.add_StreamServiceServicer_to_server, registrar),
    ]
    if not is_of_version_before:
        services.append((tenant_service_pb2_grpc.add_TenantServiceServicer_to_server, registrar))
    async with serving_grpc(
        GrpcFace(
            unix_endpoint(settings.data, "ssf-registrar"), tuple(registrations(*services)), STATUSES
        )
    ):
        yield


def _not_found() -> Failure:
    return Failure(reason="RESOURCE_NOT_FOUND", detail="there is no such resource")


def _patching(patch: bytes) -> Any:
    values = [operation["value"] for operation in json.loads(patch)["Operations"]]

    def change(attributes: dict[str, Any]) -> dict[str, Any]:
        for value in values:
            attributes |= value
        return attributes

    return change
