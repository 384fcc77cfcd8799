"""The resource store behind gRPC."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

import grpc

from heliograph.resource.v1 import resource_service_pb2 as pb
from heliograph.resource.v1.resource_service_pb2_grpc import ResourceServiceStub
from scim_gateway.adapters.batches import TOO_MUCH, Batches, call_in_parts
from scim_gateway.adapters.messages import (
    decode_page,
    decode_resource,
    decode_result,
    encode_ref,
    encode_search,
    encode_write,
    refusal,
)
from scim_gateway.domain.errors import StoreRefusedError, StoreUnavailableError
from scim_gateway.domain.resources import Page, ResourceRef, StoredResource
from scim_gateway.domain.searches import Search
from scim_gateway.domain.writes import Write
from servicekit.channels import call_until
from servicekit.failures import RemoteError, RemoteUnavailableError

# One is written, and one made ready, while the next is on its way.
_BATCHES_AT_ONCE: Final = 3


class GrpcResourceStore:
    """Implements `ResourceStore`: reads and writes travel in batches, searches alone.

    All calls may be repeated, so they are while the store is away: a write by its txn.
    """

    def __init__(self, channel: grpc.aio.Channel, *, patience: float) -> None:
        self._stub = ResourceServiceStub(channel)
        self._patience = patience
        self._turns = asyncio.Semaphore(_BATCHES_AT_ONCE)
        self._reads: Batches[pb.ReadOperation, pb.ReadResult] = Batches(
            self._read_batch, patience=patience
        )
        self._writes: Batches[pb.WriteOperation, pb.WriteResult] = Batches(
            self._write_batch, patience=patience
        )

    async def read(
        self, ref: ResourceRef, *, tenant: str, omitted_attributes: tuple[str, ...]
    ) -> StoredResource:
        """As the port says."""
        operation = pb.ReadOperation(
            tenant=tenant, ref=encode_ref(ref), omitted_attributes=omitted_attributes
        )
        with store_errors("TOO_LARGE"):
            result = await self._reads(operation)
        if result.WhichOneof("outcome") == "failure":
            raise refusal(result.failure)
        return decode_resource(result.resource)

    async def write(self, write: Write) -> StoredResource | None:
        """As the port says."""
        with store_errors("TOO_LARGE"):
            result = await self._writes(encode_write(write))
        written = decode_result(result)
        if isinstance(written, StoreRefusedError):
            raise written
        return written

    async def write_all(
        self, writes: Sequence[Write]
    ) -> Sequence[StoredResource | StoreRefusedError | None]:
        """As the port says; such batches wait in turn, and not among those of lone writes."""
        operations = list(map(encode_write, writes))
        async with self._turns:
            with store_errors("TOO_LARGE"):
                results = await call_in_parts(self._write_batch, operations, self._patience)
        return list(map(decode_result, results))

    async def search(self, search: Search) -> Page:
        """As the port says."""
        request = encode_search(search)
        with store_errors("TOO_MANY"):
            found = await call_until(self._stub.SearchResources, request, deadline=self._patience)
        return decode_page(found)

    async def _read_batch(
        self, operations: Sequence[pb.ReadOperation], seconds: float
    ) -> Sequence[pb.ReadResult]:
        request = pb.ReadResourcesRequest(operations=operations)
        return (await call_until(self._stub.ReadResources, request, deadline=seconds)).results

    async def _write_batch(
        self, operations: Sequence[pb.WriteOperation], seconds: float
    ) -> Sequence[pb.WriteResult]:
        request = pb.WriteResourcesRequest(operations=operations)
        return (await call_until(self._stub.WriteResources, request, deadline=seconds)).results


@contextmanager
def store_errors(reason_of_too_much: str) -> Iterator[None]:
    """Turn a failed call into the gateway's errors."""
    try:
        yield
    except RemoteUnavailableError:
        raise StoreUnavailableError("the store is away for a moment: try again") from None
    except RemoteError as error:
        if error.reason == TOO_MUCH:
            raise StoreRefusedError(
                reason_of_too_much, "the answer is too large: ask for less at a time"
            ) from None
        raise StoreRefusedError(
            error.reason,
            error.detail,
            attribute_path=error.attribute_path,
            clause=error.clause,
        ) from None
