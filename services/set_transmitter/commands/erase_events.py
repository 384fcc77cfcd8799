"""Erasing what the log and the streams have of a resource (docs/lifecycle.md)."""

from dataclasses import dataclass

from set_transmitter.commands.growth import Growth
from set_transmitter.commands.settle import Settle
from set_transmitter.domain.erasures import Erasure, Removed
from set_transmitter.domain.outboxes import Outboxes
from set_transmitter.ports.erasing import Erasing


@dataclass(frozen=True, slots=True)
class EraseEvents:
    """Erases once the store has; repeated, it finds what is left."""

    erasing: Erasing
    outboxes: Outboxes
    settle: Settle
    growth: Growth

    async def __call__(self, erasure: Erasure) -> Removed:
        """Return how much was removed. What a stream is sending just now is seen through."""
        # First, so that what was read before is not logged, and not loaded, after this.
        self.outboxes.erasures.add(erasure)
        await self.settle.flush()
        async with self.growth.growing():
            removed = await self.erasing.erase(erasure)
            for outbox in self.outboxes:
                outbox.backlog.erase(erasure)
        await self.erasing.make_unreadable()
        return removed
