"""The port `ChangeFeed` over MongoDB, in each replica of the store."""

import asyncio
from collections.abc import Sequence

from resource_store.adapters.mongo import feed
from resource_store.adapters.mongo.faults import storage_failures
from resource_store.adapters.mongo.sequencer import FEED, STATE
from resource_store.domain.changes import FeedEntry
from servicekit.mongo import MongoDatabase
from servicekit.mongo_watch import publish_writes
from servicekit.signals import News


class MongoFeed:
    """Reads sequenced changes; whichever replica sequences them, readers here are woken."""

    def __init__(self, database: MongoDatabase, *, ending: asyncio.Event) -> None:
        self._database = database
        self._ending = ending
        self._news = News()

    async def changes_after(
        self, position: int, *, limit: int, wait_seconds: float
    ) -> Sequence[FeedEntry]:
        """Return changes after a position; waiting ends with the service."""
        loop = asyncio.get_running_loop()
        ends = loop.time() + wait_seconds
        while True:
            edition = self._news.edition
            entries = await self._read(position, limit=limit)
            remaining = ends - loop.time()
            if entries or remaining <= 0 or self._ending.is_set():
                return entries
            await self._news.wait_past(edition, seconds=remaining)

    async def end(self) -> int:
        """Return the position of the last change that was sequenced."""
        with storage_failures():
            state = await self._database[STATE].find_one(FEED)
        return int(state["position"]) if state else 0

    async def listen(self) -> None:
        """Wake readers whenever something was sequenced, until cancelled."""
        await publish_writes(self._database[STATE], self._news)

    async def end_waiting(self) -> None:
        """Wait for the service's end, then let no reader of the feed wait any more."""
        await self._ending.wait()
        self._news.publish()

    async def _read(self, position: int, *, limit: int) -> list[FeedEntry]:
        with storage_failures():
            return await feed.entries_after(self._database[feed.CHANGES], position, limit=limit)
