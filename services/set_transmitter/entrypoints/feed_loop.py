"""Following the resource store's change feed into the event log."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import structlog

from servicekit.failures import CursorLostError
from servicekit.following import follow
from set_transmitter.commands.take_in_changes import TakeInChanges
from set_transmitter.domain.events import Change
from set_transmitter.entrypoints.stream_news import StreamNews
from set_transmitter.ports.event_log import EventLog

_log = structlog.get_logger()

ReadChanges = Callable[[str], Awaitable[tuple[Sequence[Change], str]]]


@dataclass(frozen=True, slots=True)
class FeedLoop:
    """Takes in changes for as long as the process lives.

    A store that was restored has another feed: it is read from its beginning. What the log has
    already is told again, under new jtis; receivers know a repeated change by its txn and version.
    """

    read_changes: ReadChanges
    log: EventLog
    take_in: TakeInChanges
    news: StreamNews

    async def run(self) -> None:
        """Follow the feed until cancelled."""
        await follow("changes", start=self._start, read=self._read, handle=self._handle)

    async def _start(self) -> str:
        behind, cursor = await self.take_in.begin()
        self.news.publish(behind)
        return cursor

    async def _read(self, cursor: str) -> tuple[Sequence[Change], str]:
        try:
            return await self.read_changes(cursor)
        except CursorLostError as error:
            _log.error("feed.started_over", feed="changes", reason=str(error))
            await self.log.append([], feed_cursor="")
            raise

    async def _handle(self, changes: Sequence[Change], cursor: str) -> None:
        told = await self.take_in(changes, feed_cursor=cursor)
        self.news.log.publish()
        self.news.publish(told)
