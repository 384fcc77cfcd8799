"""EventService over gRPC."""

import grpc

from heliograph.event.v1 import event_service_pb2 as pb
from heliograph.event.v1.event_service_pb2_grpc import (
    EventServiceServicer,
    add_EventServiceServicer_to_server,
)
from servicekit.endpoints import Endpoint
from servicekit.grpc_server import GrpcFace, registrations
from set_transmitter.entrypoints.standby import StandbyError
from set_transmitter.entrypoints.terms import Terms


class EventServicer(EventServiceServicer):
    """Answers what the log knows of deliveries."""

    def __init__(self, terms: Terms) -> None:
        self._terms = terms

    async def ReadDeliveryStates(  # noqa: N802  the contract's name
        self, request: pb.ReadDeliveryStatesRequest, context: object
    ) -> pb.ReadDeliveryStatesResponse:
        """Read the delivery state of a tenant's streams."""
        del context
        states = self._terms.present().read_delivery_states(request.tenant)
        return pb.ReadDeliveryStatesResponse(
            states=[
                pb.DeliveryState(
                    stream_id=state.stream_id,
                    pending=state.pending,
                    acknowledged=state.acknowledged,
                    dead_letters=state.dead_letters,
                    oldest_pending=state.oldest_pending,
                    last_error=state.last_error,
                )
                for state in states
            ]
        )


def grpc_face(endpoint: Endpoint, terms: Terms) -> GrpcFace:
    """Return what the transmitter serves over gRPC."""
    register = registrations((add_EventServiceServicer_to_server, EventServicer(terms)))
    statuses: dict[type[Exception], grpc.StatusCode] = {StandbyError: grpc.StatusCode.UNAVAILABLE}
    return GrpcFace(endpoint, tuple(register), statuses)
