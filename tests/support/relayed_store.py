"""The real resource-store behind a relay that can keep its answers back."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from support.in_process import free_port
from support.receiver_peers import FakeChangeStore

from heliograph.resource.v1 import change_service_pb2 as change_pb
from heliograph.resource.v1 import change_service_pb2_grpc as change_grpc
from heliograph.resource.v1 import resource_pb2
from heliograph.resource.v1 import resource_service_pb2 as pb
from heliograph.resource.v1 import resource_service_pb2_grpc as pb_grpc
from servicekit.channels import open_channel
from servicekit.endpoints import unix_endpoint
from servicekit.settings import private_folder

_READY_SECONDS = 120.0


@dataclass
class RelayedStore(FakeChangeStore):
    """Passes changes on to the store; `applied` are those that it has answered."""

    changes: change_grpc.ChangeServiceStub | None = None
    resources: pb_grpc.ResourceServiceStub | None = None

    async def ApplyChanges(  # noqa: N802
        self, request: change_pb.ApplyChangesRequest, _context: object
    ) -> change_pb.ApplyChangesResponse:
        assert self.changes is not None
        response: change_pb.ApplyChangesResponse = await self.changes.ApplyChanges(request)
        self.applied += request.changes
        await self.answers.wait()
        return response

    async def version_of(self, resource_id: str) -> str:
        """Return the version of a user; empty when there is none such."""
        return str((await self._read(resource_id)).version)

    async def attributes_of(self, resource_id: str) -> dict[str, Any]:
        """Return the attributes of a user that there is."""
        attributes: dict[str, Any] = orjson.loads((await self._read(resource_id)).attributes)
        return attributes

    async def _read(self, resource_id: str) -> resource_pb2.Resource:
        assert self.resources is not None
        ref = resource_pb2.ResourceRef(resource_type="User", id=resource_id)
        operation = pb.ReadOperation(tenant="default", ref=ref)
        response = await self.resources.ReadResources(
            pb.ReadResourcesRequest(operations=[operation])
        )
        return response.results[0].resource


@asynccontextmanager
async def relayed_store(folder: Path, store: str) -> AsyncIterator[RelayedStore]:
    """Run a resource-store as a process of its own."""
    data = private_folder(folder)
    environment = {
        **os.environ,  # noqa: TID251  what a child is started with
        "HELIOGRAPH_PORT": str(free_port() - 4),
        "HELIOGRAPH_STORE": store,
        "HELIOGRAPH_LOG_LEVEL": "warning",
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "resource_store", "--data", str(data)), env=environment
    )
    try:
        async with open_channel(unix_endpoint(data, "resource-store")) as channel:
            await asyncio.wait_for(channel.channel_ready(), _READY_SECONDS)
            yield RelayedStore(
                changes=change_grpc.ChangeServiceStub(channel),
                resources=pb_grpc.ResourceServiceStub(channel),
            )
    finally:
        process.terminate()
        await process.wait()
