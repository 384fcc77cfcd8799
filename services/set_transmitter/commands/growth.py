"""Keeping the log's growth and the joining of streams apart: no stream misses what is between."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Growth:
    """Lets many streams join the log at a time, or the log grow, never both."""

    def __init__(self) -> None:
        self._turn = asyncio.Lock()
        self._joining = 0
        self._nobody_joins = asyncio.Event()
        self._nobody_joins.set()

    @asynccontextmanager
    async def joining(self) -> AsyncIterator[None]:
        """Read how far a stream is and let it take part, beside others that do so."""
        async with self._turn:
            self._joining += 1
            self._nobody_joins.clear()
        try:
            yield
        finally:
            self._joining -= 1
            if not self._joining:
                self._nobody_joins.set()

    @asynccontextmanager
    async def growing(self) -> AsyncIterator[None]:
        """Append to the log and share that out; one at a time."""
        async with self._turn:
            await self._nobody_joins.wait()
            yield
