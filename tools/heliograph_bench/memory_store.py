"""A resource store that keeps nothing on disk, run like the real one by `python -m`.

It stands in for that where only the way to it and back is to be measured.
"""

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from heliograph.resource.v1 import resource_pb2, resource_service_pb2_grpc
from heliograph.resource.v1 import resource_service_pb2 as pb
from servicekit.grpc_server import GrpcFace, registrations
from servicekit.http import create_app
from servicekit.runtime import Service, run
from servicekit.settings import ServiceSettings

NAME = "resource-store"


class MemoryStore(resource_service_pb2_grpc.ResourceServiceServicer):
    """Remembers what is created, as it came."""

    def __init__(self) -> None:
        self._resources: dict[str, resource_pb2.Resource] = {}

    async def WriteResources(  # noqa: N802  the contract's name
        self, request: pb.WriteResourcesRequest, _context: object
    ) -> pb.WriteResourcesResponse:
        """Create resources; there is nothing else that it can do."""
        return pb.WriteResourcesResponse(results=map(self._created, request.operations))

    async def ReadResources(  # noqa: N802  the contract's name
        self, request: pb.ReadResourcesRequest, _context: object
    ) -> pb.ReadResourcesResponse:
        """Read what was created."""
        found = (self._resources[operation.ref.id] for operation in request.operations)
        return pb.ReadResourcesResponse(results=(pb.ReadResult(resource=each) for each in found))

    async def SearchResources(  # noqa: N802  the contract's name
        self, _request: pb.SearchResourcesRequest, _context: object
    ) -> pb.SearchResourcesResponse:
        """Find nothing."""
        return pb.SearchResourcesResponse()

    def _created(self, operation: pb.WriteOperation) -> pb.WriteResult:
        create, resource_id = operation.create, str(uuid.uuid4())
        resource = resource_pb2.Resource(
            ref=resource_pb2.ResourceRef(resource_type=create.resource_type, id=resource_id),
            attributes=f'{{"id":"{resource_id}",'.encode() + create.attributes[1:],
            version='W/"1"',
            created=1,
            last_modified=1,
        )
        self._resources[resource_id] = resource
        return pb.WriteResult(resource=resource)


@asynccontextmanager
async def build(settings: ServiceSettings, _ending: asyncio.Event) -> AsyncIterator[Service]:
    """Serve in the real one's place."""

    async def checks() -> dict[str, bool]:
        return {"store": True}

    add = resource_service_pb2_grpc.add_ResourceServiceServicer_to_server
    face = GrpcFace(settings.own_endpoint(NAME), registrations((add, MemoryStore())), {})
    yield Service(http=create_app(NAME, own_store_works=checks), grpc=face)


if __name__ == "__main__":
    run(NAME, ServiceSettings, build)
