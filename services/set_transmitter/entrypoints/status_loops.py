"""The loops that change the status of streams of the transmitter's own accord."""

import asyncio
import time
from dataclasses import dataclass
from typing import Final

from servicekit.failures import RemoteUnavailableError
from set_transmitter.commands.make_status_changes import MakeStatusChanges
from set_transmitter.commands.pause_inactive import PauseInactive
from set_transmitter.entrypoints.stream_news import StreamNews

_LOOK_SECONDS: Final = 0.1
_AGAIN_SECONDS: Final = 1.0
_LONGEST_WAIT: Final = 60.0


@dataclass(frozen=True, slots=True)
class StatusLoops:
    """Makes announced changes, and announces those of streams that are inactive."""

    make_changes: MakeStatusChanges
    pause_inactive: PauseInactive
    news: StreamNews

    async def make(self) -> None:
        """Make what is announced, as it becomes due; after a restart what was announced before."""
        while True:
            edition = self.news.log.edition
            try:
                waits = await self.make_changes(now=_now())
            except RemoteUnavailableError:
                await asyncio.sleep(_AGAIN_SECONDS)
                continue
            if waits:
                await asyncio.sleep(_LOOK_SECONDS)
            else:
                await self.news.log.wait_past(edition, seconds=_LONGEST_WAIT)

    async def pause(self) -> None:
        """Pause what becomes inactive."""
        while True:
            edition = self.news.streams.edition
            if not self.pause_inactive.is_any_timed:
                await self.news.streams.wait_past(edition, seconds=_LONGEST_WAIT)
                continue
            try:
                told = await self.pause_inactive(now=_now())
            except RemoteUnavailableError:
                told = set()
            if told:
                self.news.log.publish()
                self.news.publish(told)
            await asyncio.sleep(_AGAIN_SECONDS)


def _now() -> int:
    return time.time_ns() // 1000
