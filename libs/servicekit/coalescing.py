"""Many waiting callers, few calls: what waits at one moment travels in one batch."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

ItemT = TypeVar("ItemT")
ResultT = TypeVar("ResultT")


@dataclass(slots=True)
class _Waiting(Generic[ItemT, ResultT]):
    item: ItemT
    result: asyncio.Future[ResultT]


class Coalescer(Generic[ItemT, ResultT]):
    """Sends items in batches, at most `in_flight` of them at a time.

    A lone item goes at once. While all places are taken, items gather; whoever finishes takes up to
    `max_batch` of them along. `send` gives one result for each item, in order; when it raises, each
    item of that batch has the exception.
    """

    def __init__(
        self,
        send: Callable[[Sequence[ItemT]], Awaitable[Sequence[ResultT]]],
        *,
        max_batch: int = 64,
        in_flight: int = 2,
    ) -> None:
        self._send = send
        self._max_batch = max_batch
        self._free = in_flight
        self._waiting: deque[_Waiting[ItemT, ResultT]] = deque()
        self._senders: set[asyncio.Task[None]] = set()

    async def __call__(self, item: ItemT) -> ResultT:
        """Return the result of one item."""
        result: asyncio.Future[ResultT] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(item, result))
        if self._free:
            self._free -= 1
            sender = asyncio.create_task(self._send_waiting())
            self._senders.add(sender)
            sender.add_done_callback(self._senders.discard)
        return await result

    async def _send_waiting(self) -> None:
        try:
            while self._waiting:
                await self._send_batch()
        finally:
            self._free += 1

    async def _send_batch(self) -> None:
        size = min(len(self._waiting), self._max_batch)
        batch = [self._waiting.popleft() for _ in range(size)]
        try:
            results = await self._send([waiting.item for waiting in batch])
        except Exception as error:  # noqa: BLE001  each caller gets it
            for waiting in batch:
                if not waiting.result.done():
                    waiting.result.set_exception(error)
            return
        for waiting, result in zip(batch, results, strict=True):
            if not waiting.result.done():
                waiting.result.set_result(result)
