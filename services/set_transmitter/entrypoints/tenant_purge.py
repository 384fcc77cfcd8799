"""What the purge of a tenant is made of here."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from set_transmitter.commands.close_tenants import CloseTenants
from set_transmitter.entrypoints.stream_news import StreamNews
from set_transmitter.ports.tenant_records import TenantRecords

_AT_ONCE: Final = 1000
"""Appending to the log waits for so much to be removed."""


@dataclass(frozen=True, slots=True)
class TenantPurge:
    """Stops what goes on for a tenant, and removes what is kept of it; for `PurgeLoop`."""

    close_tenants: CloseTenants
    records: TenantRecords
    news: StreamNews

    async def close(self, tenants: Collection[str]) -> None:
        """Stop the streams of tenants, and end what waits for them."""
        if stopped := await self.close_tenants(tenants):
            self.news.publish(stopped)
            self.news.streams.publish()

    async def __call__(self, tenant: str) -> float | None:
        """Remove a part."""
        return 0.0 if await self.records.remove(tenant, limit=_AT_ONCE) else None
