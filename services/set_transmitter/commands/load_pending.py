"""Scanning the log for a stream that lags behind its tail."""

from dataclasses import dataclass, replace

from set_transmitter.domain.outbox import Outbox
from set_transmitter.domain.outboxes import Outboxes
from set_transmitter.domain.progress import Page
from set_transmitter.ports.deliveries import Deliveries


@dataclass(frozen=True, slots=True)
class LoadPending:
    """Fills a stream's backlog from the log, as far as there is room."""

    outboxes: Outboxes
    deliveries: Deliveries

    async def __call__(self, outbox: Outbox) -> None:
        """Return when the backlog is well filled or the stream follows the tail."""
        while outbox.wants_page:
            page = await self.deliveries.read(
                outbox.stream, after=outbox.scanned, limit=outbox.page_size
            )
            outbox.load(self._without_erased(page), end=self.outboxes.end)

    def _without_erased(self, page: Page) -> Page:
        """Leave out what was erased while the page was read."""
        let_through = self.outboxes.erasures.let_through
        left = tuple(each for each in page.pending if let_through(each.logged.event) is not None)
        return page if len(left) == len(page.pending) else replace(page, pending=left)
