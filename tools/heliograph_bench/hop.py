"""The hop between two services: coalesced batches beside unary calls."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from heliograph.resource.v1 import resource_pb2, resource_service_pb2, resource_service_pb2_grpc
from heliograph_bench.measuring import Row, Way, compare
from servicekit.channels import call, open_channel
from servicekit.coalescing import Coalescer
from servicekit.endpoints import Endpoint
from servicekit.grpc_server import GrpcFace, create_server, registrations

WAITING = 64
ROUNDS_OF_ALL = 30
BODY = b'{"userName":"' + b"x" * 1500 + b'"}'


class _Store(resource_service_pb2_grpc.ResourceServiceServicer):
    """Answers every read with the same resource."""

    async def ReadResources(  # noqa: N802  the contract's name
        self, request: resource_service_pb2.ReadResourcesRequest, _context: object
    ) -> resource_service_pb2.ReadResourcesResponse:
        found = resource_service_pb2.ReadResult(resource=resource_pb2.Resource(attributes=BODY))
        return resource_service_pb2.ReadResourcesResponse(results=[found] * len(request.operations))

    async def WriteResources(  # noqa: N802  the contract's name
        self, request: resource_service_pb2.WriteResourcesRequest, _context: object
    ) -> resource_service_pb2.WriteResourcesResponse:
        raise NotImplementedError

    async def SearchResources(  # noqa: N802  the contract's name
        self, request: resource_service_pb2.SearchResourcesRequest, _context: object
    ) -> resource_service_pb2.SearchResourcesResponse:
        raise NotImplementedError


@asynccontextmanager
async def _stub() -> AsyncIterator[resource_service_pb2_grpc.ResourceServiceStub]:
    with tempfile.TemporaryDirectory() as folder:
        store = Endpoint("resource-store", f"unix:{Path(folder) / 'store.sock'}", identity=None)
        add = resource_service_pb2_grpc.add_ResourceServiceServicer_to_server
        server = create_server(GrpcFace(store, registrations((add, _Store())), {}))
        await server.start()
        async with open_channel(store) as channel:
            yield resource_service_pb2_grpc.ResourceServiceStub(channel)
        await server.stop(None)


async def hop() -> Row:
    """Measure reads by 64 waiting callers, client and server on one CPU."""
    operation = resource_service_pb2.ReadOperation(tenant="default")
    async with _stub() as stub:

        async def send(
            operations: Sequence[resource_service_pb2.ReadOperation],
        ) -> Sequence[resource_service_pb2.ReadResult]:
            request = resource_service_pb2.ReadResourcesRequest(operations=operations)
            return (await call(stub.ReadResources, request, deadline=30)).results

        coalescer = Coalescer(send)

        async def alone(_operation: resource_service_pb2.ReadOperation) -> object:
            return await send([operation])

        async def ours() -> int:
            return await _callers(lambda: coalescer(operation))

        async def reference() -> int:
            return await _callers(lambda: alone(operation))

        return await compare(
            "hop: reads coalesced at 64 waiting, beside unary calls",
            ours=Way(ours),
            reference=Way(reference),
            target="≥ 8×",
        )


async def _callers(one: Callable[[], Awaitable[object]]) -> int:
    async def caller() -> None:
        for _ in range(ROUNDS_OF_ALL):
            await one()

    await asyncio.gather(*[caller() for _ in range(WAITING)])
    return WAITING * ROUNDS_OF_ALL
