"""`heliograph.resource.v1.AsyncService`."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from heliograph.resource.v1 import async_service_pb2 as pb
from heliograph.resource.v1 import async_service_pb2_grpc
from resource_store.commands.keep_requests import KeepRequests
from resource_store.commands.write_resources import WriteRequest, WriteResources
from resource_store.domain.async_requests import AsyncRequest, Completion
from resource_store.entrypoints.encoding import ref_message, ref_of
from resource_store.entrypoints.resource_servicer import write_request
from resource_store.entrypoints.statuses import failure
from servicekit.leases import Lease, Leases

TURN: Final = "async-requests"
_MOST_BYTES: Final = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class AsyncServicer(async_service_pb2_grpc.AsyncServiceServicer):
    """Keeps requests, and lets one caller at a time carry them out."""

    write: WriteResources
    keep: KeepRequests
    leases: Leases

    async def CheckWrites(  # noqa: N802 the contract's name
        self,
        request: pb.CheckWritesRequest,
        _context: Any,  # noqa: ANN401 grpc's own
    ) -> pb.CheckWritesResponse:
        """Judge writes."""
        given = [write_request(operation) for operation in request.operations]
        ready = [each for each in given if isinstance(each, WriteRequest)]
        found = iter(await self.write.check(ready))
        verdicts = [next(found) if isinstance(each, WriteRequest) else each for each in given]
        return pb.CheckWritesResponse(
            verdicts=[pb.Verdict(failure=failure(each) if each else None) for each in verdicts]
        )

    async def QueueRequests(  # noqa: N802 the contract's name
        self,
        request: pb.QueueRequestsRequest,
        _context: Any,  # noqa: ANN401 grpc's own
    ) -> pb.QueueRequestsResponse:
        """Make requests durable."""
        await self.keep.queue([_request_of(each) for each in request.requests])
        return pb.QueueRequestsResponse()

    async def ListWaitingRequests(  # noqa: N802 the contract's name
        self,
        request: pb.ListWaitingRequestsRequest,
        _context: Any,  # noqa: ANN401 grpc's own
    ) -> pb.ListWaitingRequestsResponse:
        """List the requests without an outcome."""
        waiting = await self.keep.requests.waiting(limit=max(request.limit, 1))
        return pb.ListWaitingRequestsResponse(requests=map(_request_message, _fitting(waiting)))

    async def SettleRequests(  # noqa: N802 the contract's name
        self,
        request: pb.SettleRequestsRequest,
        _context: Any,  # noqa: ANN401 grpc's own
    ) -> pb.SettleRequestsResponse:
        """Give requests their outcomes."""
        for outcome in request.outcomes:
            completions = [_completion_of(each) for each in outcome.completions]
            await self.keep.requests.settle(outcome.tenant, outcome.txn, completions)
        return pb.SettleRequestsResponse()

    async def GetRequest(  # noqa: N802 the contract's name
        self,
        request: pb.GetRequestRequest,
        _context: Any,  # noqa: ANN401 grpc's own
    ) -> pb.GetRequestResponse:
        """Read a request and its outcome."""
        found = await self.keep.find(request.tenant, request.txn)
        outcome = found.outcome
        return pb.GetRequestResponse(
            request=_request_message(found.request),
            completions=map(_completion_message, outcome.completions) if outcome else (),
            settled=outcome.settled if outcome else 0,
        )

    async def TakeTurn(  # noqa: N802 the contract's name
        self,
        request: pb.TakeTurnRequest,
        _context: Any,  # noqa: ANN401 grpc's own
    ) -> pb.TakeTurnResponse:
        """Take or keep the turn."""
        seconds = request.milliseconds / 1000
        lease = await self.leases.acquire(TURN, holder=request.holder, seconds=seconds)
        return pb.TakeTurnResponse(fence=lease.fence if lease else 0)

    async def GiveTurnBack(  # noqa: N802 the contract's name
        self,
        request: pb.GiveTurnBackRequest,
        _context: Any,  # noqa: ANN401 grpc's own
    ) -> pb.GiveTurnBackResponse:
        """Give the turn back."""
        await self.leases.release(Lease(TURN, request.holder, request.fence, ends=0))
        return pb.GiveTurnBackResponse()


def _fitting(waiting: Sequence[AsyncRequest]) -> Iterator[AsyncRequest]:
    """Yield those that fit one message, at least one."""
    size = 0
    for each in waiting:
        size += len(each.operation)
        if size > len(each.operation) and size > _MOST_BYTES:
            return
        yield each


def _request_of(message: pb.AsyncRequest) -> AsyncRequest:
    return AsyncRequest(
        message.tenant, message.txn, message.principal, message.operation, message.accepted
    )


def _request_message(request: AsyncRequest) -> pb.AsyncRequest:
    return pb.AsyncRequest(
        tenant=request.tenant,
        txn=request.txn,
        principal=request.principal,
        operation=request.operation,
        accepted=request.accepted,
    )


def _completion_of(message: pb.Completion) -> Completion:
    return Completion(message.txn, ref_of(message.ref), message.response)


def _completion_message(completion: Completion) -> pb.Completion:
    return pb.Completion(
        txn=completion.txn, ref=ref_message(completion.ref), response=completion.response
    )
