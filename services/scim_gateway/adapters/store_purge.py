"""The resource store's part of a purge, behind gRPC."""

from typing import Final

import grpc

from heliograph.resource.v1 import purge_service_pb2 as pb
from heliograph.resource.v1.purge_service_pb2_grpc import PurgeServiceStub
from servicekit.channels import call

_DEADLINE_SECONDS: Final = 60.0


class GrpcStorePurge:
    """Has the store remove a part of a tenant."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._stub = PurgeServiceStub(channel)

    async def __call__(self, tenant: str) -> float | None:
        """Return after how many seconds to go on, None when nothing is left.

        Raises `RemoteError`.
        """
        request = pb.PurgeTenantRequest(tenant=tenant)
        answer = await call(self._stub.PurgeTenant, request, deadline=_DEADLINE_SECONDS)
        return answer.wait_milliseconds / 1000 if answer.remains else None
