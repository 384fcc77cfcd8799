"""The schemas in force, from the resource store."""

import grpc
import orjson

from heliograph.resource.v1 import schema_service_pb2 as pb
from heliograph.resource.v1.schema_service_pb2_grpc import SchemaServiceStub
from scim_gateway.adapters.resource_store import store_errors
from scim_gateway.ports.schemas import Discovered
from servicekit.channels import call_until


class GrpcSchemas:
    """Implements `Schemas`."""

    def __init__(self, channel: grpc.aio.Channel, *, patience: float) -> None:
        self._patience = patience
        self._stub = SchemaServiceStub(channel)

    async def read(self, tenant: str) -> Discovered:
        """As the port says."""
        request = pb.ReadSchemasRequest(tenant=tenant)
        with store_errors("TOO_LARGE"):
            found = await call_until(self._stub.ReadSchemas, request, deadline=self._patience)
        return Discovered(
            resource_types=tuple(map(orjson.loads, found.resource_types)),
            schemas=tuple(map(orjson.loads, found.schemas)),
        )
