"""EventService over gRPC."""

import grpc

from heliograph.event.v1 import event_service_pb2 as pb
from heliograph.event.v1.event_service_pb2_grpc import (
    EventServiceServicer,
    add_EventServiceServicer_to_server,
)
from servicekit.endpoints import Endpoint
from servicekit.failures import StorageError
from servicekit.grpc_server import GrpcFace, registrations
from set_transmitter.commands.sign_completions import SignCompletions
from set_transmitter.domain.completions import Completion
from set_transmitter.entrypoints.publish_rpc import InvalidPublicationError, publish
from set_transmitter.entrypoints.publisher import PublicationConflictError, TenantClosedError
from set_transmitter.entrypoints.routing import route
from set_transmitter.entrypoints.standby import StandbyError
from set_transmitter.entrypoints.terms import Terms
from set_transmitter.ports.signing import SigningUnavailableError


class EventServicer(EventServiceServicer):
    """Answers what the log knows of deliveries."""

    def __init__(self, terms: Terms, sign_completions: SignCompletions) -> None:
        self._terms = terms
        self._sign_completions = sign_completions

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

    async def Route(  # noqa: N802  the contract's name
        self, request: pb.RouteRequest, context: object
    ) -> pb.RouteResponse:
        """Send on what was received."""
        del context
        return await route(self._terms.present(), request.sets)

    async def Publish(  # noqa: N802  the contract's name
        self, request: pb.PublishRequest, context: object
    ) -> pb.PublishResponse:
        """Log events of applications."""
        del context
        return await publish(self._terms.present().publisher, request)

    async def SignCompletions(  # noqa: N802  the contract's name
        self, request: pb.SignCompletionsRequest, context: object
    ) -> pb.SignCompletionsResponse:
        """Sign completions, whether this is the active transmitter or not."""
        del context
        completions = [
            Completion(each.txn, each.subject_uri, each.response) for each in request.statements
        ]
        jwts = await self._sign_completions(
            completions, tenant=request.tenant, aud=request.audience, iat=request.issued
        )
        return pb.SignCompletionsResponse(
            sets=[
                pb.SignedCompletion(jti=each.jti, jwt=jwt)
                for each, jwt in zip(completions, jwts, strict=True)
            ]
        )


def grpc_face(endpoint: Endpoint, terms: Terms, sign_completions: SignCompletions) -> GrpcFace:
    """Return what the transmitter serves over gRPC."""
    servicer = EventServicer(terms, sign_completions)
    register = registrations((add_EventServiceServicer_to_server, servicer))
    statuses: dict[type[Exception], grpc.StatusCode] = {
        StandbyError: grpc.StatusCode.UNAVAILABLE,
        StorageError: grpc.StatusCode.UNAVAILABLE,
        SigningUnavailableError: grpc.StatusCode.UNAVAILABLE,
        InvalidPublicationError: grpc.StatusCode.INVALID_ARGUMENT,
        PublicationConflictError: grpc.StatusCode.ALREADY_EXISTS,
        TenantClosedError: grpc.StatusCode.FAILED_PRECONDITION,
    }
    return GrpcFace(endpoint, tuple(register), statuses)
