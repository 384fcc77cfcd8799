"""Batches of one RPC: what waits at one moment travels together, and nobody waits for ever."""

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeAlias, TypeVar

from servicekit.coalescing import Coalescer
from servicekit.failures import RemoteError, RemoteUnavailableError

OperationT = TypeVar("OperationT")
ResultT = TypeVar("ResultT")
Call: TypeAlias = Callable[[Sequence[OperationT], float], Awaitable[Sequence[ResultT]]]

# What gRPC answers when a request or a response is above the size limit of messages.
TOO_MUCH: Final = "RESOURCE_EXHAUSTED"


@dataclass(frozen=True, slots=True)
class _Item(Generic[OperationT]):
    operation: OperationT
    expires: float


class Batches(Generic[OperationT, ResultT]):
    """Sends operations by `call`, which is given a batch and the seconds it may take.

    An operation that has waited for `patience` seconds is not sent any more: its client has gone,
    or will ask again. Two batches are in flight at a time, so operations of one resource that come
    from two requests at once may take effect in either order. Those of one client are in order all
    the same, as it waits for each answer before it asks for the next thing.
    """

    def __init__(
        self,
        call: Call[OperationT, ResultT],
        *,
        patience: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._call = call
        self._patience = patience
        self._clock = clock
        self._coalesced: Coalescer[_Item[OperationT], ResultT | None] = Coalescer(
            self._send, in_flight=2
        )

    async def __call__(self, operation: OperationT) -> ResultT:
        """Return the result of one operation; raises `RemoteError`."""
        item = _Item(operation, self._clock() + self._patience)
        result = await self._coalesced(item)
        if result is None:
            raise RemoteUnavailableError("UNAVAILABLE", "the peer is away")
        return result

    async def _send(self, items: Sequence[_Item[OperationT]]) -> Sequence[ResultT | None]:
        now = self._clock()
        live = [item for item in items if item.expires > now]
        if not live:
            return [None] * len(items)
        seconds = max(item.expires for item in live) - now
        operations = [item.operation for item in live]
        results = iter(await call_in_parts(self._call, operations, seconds))
        return [next(results) if item.expires > now else None for item in items]


async def call_in_parts(
    call: Call[OperationT, ResultT], operations: Sequence[OperationT], seconds: float
) -> Sequence[ResultT]:
    """Halve a batch that is too much for one message; each operation may be repeated."""
    try:
        return await call(operations, seconds)
    except RemoteError as error:
        if error.reason != TOO_MUCH or len(operations) == 1:
            raise
    middle = len(operations) // 2
    return [
        *await call_in_parts(call, operations[:middle], seconds),
        *await call_in_parts(call, operations[middle:], seconds),
    ]
