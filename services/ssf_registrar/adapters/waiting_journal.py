"""Reading the journal with a long poll, whatever it is stored in."""

import asyncio
from collections.abc import Awaitable, Callable

from servicekit.signals import News
from ssf_registrar.domain.journal import Cursor, JournalPage

ReadPage = Callable[[Cursor | None, int], Awaitable[JournalPage]]


class WaitingJournal:
    """Reads the journal page by page; whoever writes to it, or sees it written, publishes the news.

    Without news it is looked at again every `look_again_seconds`.
    """

    def __init__(
        self,
        read_page: ReadPage,
        news: News,
        *,
        ending: asyncio.Event,
        look_again_seconds: float = float("inf"),
    ) -> None:
        """Long polls answer at once when `ending` is set and the news are published."""
        self._read_page = read_page
        self._news = news
        self._ending = ending
        self._look_again_seconds = look_again_seconds

    async def read(self, cursor: Cursor | None, *, limit: int, wait: float) -> JournalPage:
        """Return entries after `cursor`, waiting up to `wait` seconds for a first one."""
        loop = asyncio.get_running_loop()
        ends = loop.time() + wait
        while True:
            edition = self._news.edition
            page = await self._read_page(cursor, limit)
            left = ends - loop.time()
            if page.entries or left <= 0 or self._ending.is_set():
                return page
            await self._news.wait_past(edition, seconds=min(left, self._look_again_seconds))
