"""EventService over gRPC."""

from heliograph.event.v1 import event_service_pb2 as pb
from heliograph.event.v1.event_service_pb2_grpc import (
    EventServiceServicer,
    add_EventServiceServicer_to_server,
)
from servicekit.endpoints import Endpoint
from servicekit.grpc_server import GrpcFace, registrations
from set_transmitter.commands.read_delivery_states import ReadDeliveryStates


class EventServicer(EventServiceServicer):
    """Answers what the log knows of deliveries."""

    def __init__(self, read_delivery_states: ReadDeliveryStates) -> None:
        self._read_delivery_states = read_delivery_states

    async def ReadDeliveryStates(  # noqa: N802  the contract's name
        self, request: pb.ReadDeliveryStatesRequest, context: object
    ) -> pb.ReadDeliveryStatesResponse:
        """Read the delivery state of a tenant's streams."""
        del context
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
                for state in self._read_delivery_states(request.tenant)
            ]
        )


def grpc_face(endpoint: Endpoint, read_delivery_states: ReadDeliveryStates) -> GrpcFace:
    """Return what the transmitter serves over gRPC; it has no errors of its own."""
    servicer = EventServicer(read_delivery_states)
    register = registrations((add_EventServiceServicer_to_server, servicer))
    return GrpcFace(endpoint, tuple(register), statuses={})
