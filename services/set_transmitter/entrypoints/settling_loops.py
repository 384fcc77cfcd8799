"""The loops that make durable what became of SETs."""

import asyncio
import contextlib
from dataclasses import dataclass
from typing import Final

from servicekit.failures import RemoteUnavailableError
from set_transmitter.commands.keep_streams import KeepStreams
from set_transmitter.commands.settle import Settle
from set_transmitter.entrypoints.stream_news import StreamNews

_GATHER_SECONDS: Final = 0.05
_CURSOR_SECONDS: Final = 10.0
_PASSED_OVER: Final = 1_000
_DROP_SECONDS: Final = 0.2
_LOOK_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True)
class SettlingLoops:
    """Writes settled SETs in groups, the cursors of quiet streams now and then, and drops."""

    settle: Settle
    keep_streams: KeepStreams
    news: StreamNews

    async def flush(self) -> None:
        """Write what is noted, after a moment in which more of it gathers.

        A commit costs as much as some ten pushes do. What a crash takes of it is sent again.
        """
        while True:
            await self.settle.noted.wait()
            await asyncio.sleep(_GATHER_SECONDS)
            await self.settle.flush()

    async def store_cursors(self) -> None:
        """Write how far streams are that had nothing to settle."""
        while True:
            await asyncio.sleep(_CURSOR_SECONDS)
            await self.settle.store_cursors(least=_PASSED_OVER)

    async def drop_for_disabled(self) -> None:
        """Drop what comes for disabled streams."""
        while True:
            edition = self.news.log.edition
            with contextlib.suppress(RemoteUnavailableError):
                await self.keep_streams.drop_for_disabled()
            await self.news.log.wait_past(edition, seconds=_LOOK_SECONDS)
            await asyncio.sleep(_DROP_SECONDS)

    async def reopen_lost(self) -> None:
        """Open streams again whose storage failed as they were set back."""
        while True:
            await self.keep_streams.is_any_lost.wait()
            self.news.publish(await self.keep_streams.reopen_lost())
            self.news.streams.publish()
