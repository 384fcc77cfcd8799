"""The store's queue of requests that are answered before they are carried out."""

import asyncio
from collections.abc import Sequence

import grpc

from heliograph.resource.v1 import async_service_pb2 as pb
from heliograph.resource.v1.async_service_pb2_grpc import AsyncServiceStub
from heliograph.resource.v1.resource_pb2 import ResourceRef as RefMessage
from scim_gateway.adapters.async_operations import decode_operation, encode_operation
from scim_gateway.adapters.messages import encode_ref, encode_write, refusal
from scim_gateway.adapters.resource_store import store_errors
from scim_gateway.domain.async_requests import AsyncRequest, Completion, Promise, Waiting
from scim_gateway.domain.errors import StoreRefusedError
from scim_gateway.domain.resources import ResourceRef
from scim_gateway.domain.writes import Write
from servicekit.channels import call, call_until
from servicekit.failures import RemoteError, StorageError
from servicekit.leases import Lease


class GrpcAsyncRequests:
    """Implements `AsyncRequests`; every call may be repeated, and is while the store is away."""

    def __init__(self, channel: grpc.aio.Channel, *, patience: float) -> None:
        self._stub = AsyncServiceStub(channel)
        self._patience = patience

    async def check(self, write: Write) -> None:
        """As the port says."""
        request = pb.CheckWritesRequest(operations=[encode_write(write)])
        with store_errors("TOO_LARGE"):
            found = await call_until(self._stub.CheckWrites, request, deadline=self._patience)
        (verdict,) = found.verdicts
        if verdict.HasField("failure"):
            raise refusal(verdict.failure)

    async def queue(self, request: AsyncRequest) -> None:
        """As the port says."""
        kept = pb.AsyncRequest(
            tenant=request.tenant,
            txn=request.txn,
            principal=request.principal,
            operation=encode_operation(request),
        )
        queueing = pb.QueueRequestsRequest(requests=[kept])
        with store_errors("TOO_LARGE"):
            await call_until(self._stub.QueueRequests, queueing, deadline=self._patience)

    async def waiting(self, *, limit: int) -> Sequence[Waiting]:
        """As the port says."""
        request = pb.ListWaitingRequestsRequest(limit=limit)
        with store_errors("TOO_LARGE"):
            found = await call_until(
                self._stub.ListWaitingRequests, request, deadline=self._patience
            )
        return [Waiting(each.tenant, each.txn, _decoded(each)) for each in found.requests]

    async def settle(self, tenant: str, txn: str, completions: Sequence[Completion]) -> None:
        """As the port says."""
        outcome = pb.Outcome(tenant=tenant, txn=txn, completions=map(_encoded, completions))
        request = pb.SettleRequestsRequest(outcomes=[outcome])
        with store_errors("TOO_LARGE"):
            await call_until(self._stub.SettleRequests, request, deadline=self._patience)

    async def find(self, tenant: str, txn: str) -> Promise | None:
        """As the port says."""
        request = pb.GetRequestRequest(tenant=tenant, txn=txn)
        try:
            with store_errors("TOO_LARGE"):
                found = await call_until(self._stub.GetRequest, request, deadline=self._patience)
        except StoreRefusedError as error:
            if error.reason == "REQUEST_NOT_FOUND":
                return None
            raise
        return Promise(
            txn=txn,
            principal=found.request.principal,
            completions=tuple(map(_completion, found.completions)),
            settled=found.settled // 1_000_000,
        )


class GrpcTurns:
    """Implements `servicekit.leases.Leases` by the one turn that the store gives."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._stub = AsyncServiceStub(channel)

    async def acquire(self, name: str, *, holder: str, seconds: float) -> Lease | None:
        """Take or keep the turn; the time is counted from before the call on."""
        ends = asyncio.get_running_loop().time() + seconds
        request = pb.TakeTurnRequest(holder=holder, milliseconds=int(seconds * 1000))
        try:
            taken = await call(self._stub.TakeTurn, request, deadline=seconds)
        except RemoteError as error:
            raise StorageError(str(error)) from error
        return Lease(name, holder, taken.fence, ends) if taken.fence else None

    async def release(self, lease: Lease) -> None:
        """Give the turn back."""
        request = pb.GiveTurnBackRequest(holder=lease.holder, fence=lease.fence)
        try:
            await call(self._stub.GiveTurnBack, request, deadline=1)
        except RemoteError as error:
            raise StorageError(str(error)) from error


def _decoded(message: pb.AsyncRequest) -> AsyncRequest | None:
    try:
        return decode_operation(
            message.operation,
            tenant=message.tenant,
            txn=message.txn,
            principal=message.principal,
        )
    except (ValueError, KeyError):
        return None


def _encoded(completion: Completion) -> pb.Completion:
    return pb.Completion(
        txn=completion.txn,
        ref=encode_ref(completion.ref) if completion.ref else None,
        response=completion.response,
    )


def _completion(message: pb.Completion) -> Completion:
    return Completion(message.txn, _ref(message.ref), message.response)


def _ref(message: RefMessage) -> ResourceRef | None:
    return ResourceRef(message.resource_type, message.id) if message.resource_type else None
