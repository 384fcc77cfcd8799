"""What the purge of a tenant is made of here."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from set_receiver.entrypoints.stream_directory import StreamDirectory
from set_receiver.ports.receipt_purging import ReceiptPurging

_AT_ONCE: Final = 1000
"""Those who keep receipts wait for so many to be removed."""


@dataclass(frozen=True, slots=True)
class TenantPurge:
    """Ends pushes and polls for a tenant, and removes its receipts; for `PurgeLoop`.

    Every replica does both: each has pushes of its own to end.
    """

    directory: StreamDirectory
    purging: ReceiptPurging

    async def close(self, tenants: Collection[str]) -> None:
        """Take nothing in for tenants any more."""
        self.directory.close(tenants)
        await self.purging.close(tenants)

    async def __call__(self, tenant: str) -> float | None:
        """Remove a part."""
        return await self.purging.remove(tenant, limit=_AT_ONCE)
