"""Waking those who wait for news."""

import asyncio


class News:
    """Tells waiting readers that there is something new; nothing is missed between look and wait.

    A reader takes `edition` before it looks, and waits for a later one when it found nothing.
    """

    def __init__(self) -> None:
        self.edition = 0
        self._next: asyncio.Future[None] | None = None

    def publish(self) -> None:
        """Wake every reader."""
        self.edition += 1
        if self._next is not None and not self._next.done():
            self._next.set_result(None)
        self._next = None

    async def wait_past(self, edition: int, *, seconds: float) -> bool:
        """Wait until there is a later edition; return False when the time is over before."""
        if self.edition != edition:
            return True
        if self._next is None:
            self._next = asyncio.get_running_loop().create_future()
        # not wait_for: of Python 3.11 it may lose a cancellation that comes with the news
        done, _ = await asyncio.wait({self._next}, timeout=seconds)
        return bool(done)
