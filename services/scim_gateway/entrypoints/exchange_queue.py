"""Exchanges on their way into the request log: few enough to be held in memory."""

import asyncio
from collections import deque
from typing import Final

from prometheus_client import Counter, Gauge

from scim_gateway.domain.exchanges import Exchange

_MOST: Final = 2000
_MOST_BYTES: Final = 32 * 1024 * 1024

dropped = Counter(
    "heliograph_request_log_dropped",
    "Requests that are not in the request log although they belong there, by the reason.",
    ["reason"],
)
kept = Counter("heliograph_request_log_kept", "Requests that the request log has.")
_waiting = Gauge("heliograph_request_log_waiting", "Requests on their way into the request log.")


class ExchangeQueue:
    """Takes in what there is room for, at once; what there is no room for is dropped, and counted.

    Belongs to one event loop.
    """

    def __init__(self, *, most: int = _MOST, most_bytes: int = _MOST_BYTES) -> None:
        self._exchanges: deque[Exchange] = deque()
        self._most = most
        self._most_bytes = most_bytes
        self._bytes = 0
        self._filled = asyncio.Event()
        self._taken = 0
        _waiting.set_function(lambda: len(self._exchanges))

    def __len__(self) -> int:
        return len(self._exchanges)

    @property
    def taken(self) -> int:
        """How many have been taken so far, in the order in which they were put in."""
        return self._taken

    def put(self, exchange: Exchange) -> None:
        """Add an exchange at the end, if there is room."""
        size = exchange.size
        if len(self._exchanges) >= self._most or self._bytes + size > self._most_bytes:
            dropped.labels("full").inc()
            return
        self._exchanges.append(exchange)
        self._bytes += size
        self._filled.set()

    def take(self, limit: int) -> list[Exchange]:
        """Remove and return the first exchanges, at most so many."""
        taken = [self._exchanges.popleft() for _ in range(min(limit, len(self._exchanges)))]
        self._taken += len(taken)
        self._bytes -= sum(exchange.size for exchange in taken)
        if not self._exchanges:
            self._filled.clear()
        return taken

    async def wait(self, *, seconds: float) -> None:
        """Wait until there is something, or the time is over."""
        try:
            await asyncio.wait_for(self._filled.wait(), seconds)
        except TimeoutError:
            return
