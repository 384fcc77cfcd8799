"""Letting nothing more be kept of tenants that are being deleted."""

from collections.abc import Collection
from dataclasses import dataclass

from set_transmitter.commands.growth import Growth
from set_transmitter.commands.keep_streams import KeepStreams
from set_transmitter.domain.closed_tenants import ClosedTenants


@dataclass(frozen=True, slots=True)
class CloseTenants:
    """Stops the streams of tenants, and lets no event of theirs into the log any more."""

    closed: ClosedTenants
    growth: Growth
    keep_streams: KeepStreams

    async def __call__(self, tenants: Collection[str]) -> set[str]:
        """Return the streams that were stopped, once nothing of them is under way to the log."""
        async with self.growth.growing():
            self.closed.close(tenants)
        return await self.keep_streams.stop_closed()
