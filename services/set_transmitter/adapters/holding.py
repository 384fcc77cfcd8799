"""Holding streams at the registrar, over gRPC."""

from typing import Final

import grpc

from heliograph.ssf.v1 import stream_service_pb2 as pb
from heliograph.ssf.v1.stream_service_pb2_grpc import StreamServiceStub
from servicekit.channels import call
from servicekit.failures import RemoteError
from set_transmitter.domain.streams import Stream
from set_transmitter.ports.holding import HoldingUnavailableError

_DEADLINE_SECONDS: Final = 5.0


class RegistrarHolding:
    """Asks the registrar, which keeps the status of streams."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._stub = StreamServiceStub(channel)

    async def hold(self, stream: Stream, *, reason: str) -> None:
        """Pause a stream that still pushes where it did."""
        request = pb.HoldStreamRequest(
            tenant=stream.tenant,
            stream_id=stream.stream_id,
            endpoint_url=stream.endpoint_url,
            reason=reason,
        )
        try:
            await call(self._stub.HoldStream, request, deadline=_DEADLINE_SECONDS)
        except RemoteError as error:
            raise HoldingUnavailableError(error.reason) from None
