"""Whether a peer answers."""

from typing import Final

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from servicekit.channels import call
from servicekit.failures import RemoteError

_SECONDS: Final = 0.5


async def is_serving(channel: grpc.aio.Channel) -> bool:
    """Ask the peer's standard health service."""
    stub = health_pb2_grpc.HealthStub(channel)
    try:
        answer = await call(stub.Check, health_pb2.HealthCheckRequest(), deadline=_SECONDS)
    except RemoteError:
        return False
    return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)
