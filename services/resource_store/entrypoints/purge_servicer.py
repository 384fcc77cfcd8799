"""`heliograph.resource.v1.PurgeService`."""

from typing import Any

from heliograph.resource.v1 import purge_service_pb2 as pb
from heliograph.resource.v1 import purge_service_pb2_grpc
from resource_store.commands.purge_tenant import PurgeTenant


class PurgeServicer(purge_service_pb2_grpc.PurgeServiceServicer):
    """Removes tenants."""

    def __init__(self, purge_tenant: PurgeTenant) -> None:
        self._purge_tenant = purge_tenant

    async def PurgeTenant(  # noqa: N802 the contract's name
        self,
        request: pb.PurgeTenantRequest,
        _context: Any,  # noqa: ANN401 grpc's own
    ) -> pb.PurgeTenantResponse:
        """Remove a part of a tenant."""
        seconds = await self._purge_tenant(request.tenant)
        if seconds is None:
            return pb.PurgeTenantResponse(remains=False)
        return pb.PurgeTenantResponse(remains=True, wait_milliseconds=round(seconds * 1000))
