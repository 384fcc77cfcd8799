"""The registrar's tenants, read over gRPC."""

from collections.abc import Sequence
from typing import Final

import grpc

from heliograph.ssf.v1 import tenant_service_pb2 as pb
from heliograph.ssf.v1.tenant_service_pb2_grpc import TenantServiceStub
from servicekit.channels import call
from servicekit.failures import RemoteError

_DEADLINE_SECONDS: Final = 5.0
_OVER: Final = frozenset({"TENANT_NOT_FOUND", "TENANT_NOT_DELETING"})


class RegistrarTenants:
    """Implements `DeletingTenants` and `Authorities`."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._stub = TenantServiceStub(channel)

    async def deleting(self) -> frozenset[str]:
        """Return the tenants that are being deleted."""
        deleting = pb.TENANT_STATE_DELETING
        return frozenset(each.tenant for each in await self._list() if each.state == deleting)

    async def all(self) -> frozenset[str]:
        """Return the tenants that are the authority for their people's addresses."""
        return frozenset(
            each.tenant
            for each in await self._list()
            if each.configuration.is_authoritative_for_emails
        )

    async def report_purged(self, tenant: str, service: str) -> None:
        """Tell that nothing more of a tenant is kept, unless there is nobody to be told of it."""
        request = pb.ReportPurgedRequest(tenant=tenant, service=service)
        try:
            await call(self._stub.ReportPurged, request, deadline=_DEADLINE_SECONDS)
        except RemoteError as error:
            if error.reason not in _OVER:
                raise

    async def _list(self) -> Sequence[pb.Tenant]:
        request = pb.ListTenantsRequest()
        response = await call(self._stub.ListTenants, request, deadline=_DEADLINE_SECONDS)
        return tuple(response.tenants)
