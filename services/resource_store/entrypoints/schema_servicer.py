"""`heliograph.resource.v1.SchemaService`."""

from typing import Any

import orjson

from heliograph.resource.v1 import schema_service_pb2 as pb
from heliograph.resource.v1 import schema_service_pb2_grpc
from scim.registry import Registry
from scim.schema import resource_type_representation, schema_representation


class SchemaServicer(schema_service_pb2_grpc.SchemaServiceServicer):
    """Shows the schemas in force, which are the same for all tenants."""

    def __init__(self, registry: Registry) -> None:
        self._response = pb.ReadSchemasResponse(
            resource_types=[
                orjson.dumps(resource_type_representation(each)) for each in registry.resource_types
            ],
            schemas=[orjson.dumps(schema_representation(each)) for each in registry.schemas],
        )

    async def ReadSchemas(  # noqa: N802 the contract's name
        self,
        _request: pb.ReadSchemasRequest,
        _context: Any,  # noqa: ANN401 grpc's own
    ) -> pb.ReadSchemasResponse:
        """Read all resource types and schemas."""
        return self._response
