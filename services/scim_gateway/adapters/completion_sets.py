"""The transmitter, which signs what became of requests."""

from collections.abc import Mapping

import grpc

from heliograph.event.v1 import event_service_pb2 as pb
from heliograph.event.v1.event_service_pb2_grpc import EventServiceStub
from scim.registry import Registry
from scim_gateway.domain.async_requests import Completion, Promise
from scim_gateway.domain.errors import StoreUnavailableError
from secevent.subjects import scim_uri
from servicekit.channels import call_until
from servicekit.failures import RemoteUnavailableError

_BULK = "/Bulk"


class GrpcCompletionSets:
    """Implements `CompletionSets`."""

    def __init__(self, channel: grpc.aio.Channel, registry: Registry, *, patience: float) -> None:
        self._stub = EventServiceStub(channel)
        self._endpoints = registry.endpoints
        self._patience = patience

    async def sign(self, promise: Promise, *, tenant: str) -> Mapping[str, str]:
        """As the port says."""
        request = pb.SignCompletionsRequest(
            tenant=tenant,
            audience=promise.principal,
            issued=promise.settled,
            statements=map(self._statement, promise.completions),
        )
        try:
            signed = await call_until(self._stub.SignCompletions, request, deadline=self._patience)
        except RemoteUnavailableError:
            raise StoreUnavailableError("nobody can sign just now: try again") from None
        return {each.jti: each.jwt for each in signed.sets}

    def _statement(self, completion: Completion) -> pb.CompletionStatement:
        return pb.CompletionStatement(
            txn=completion.txn,
            subject_uri=self._subject_uri(completion),
            response=completion.response,
        )

    def _subject_uri(self, completion: Completion) -> str:
        """Return the resource's URI; where there is none, that of the endpoint."""
        if completion.ref is None:
            return _BULK
        endpoint = self._endpoints[completion.ref.resource_type]
        return scim_uri(endpoint, completion.ref.id) if completion.ref.id else endpoint
