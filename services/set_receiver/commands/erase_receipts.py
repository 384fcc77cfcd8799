"""Erasing what was received of a resource (docs/lifecycle.md)."""

from collections.abc import Callable
from dataclasses import dataclass

from secevent.subjects import scim_uri
from set_receiver.ports.receipts import Receipts


@dataclass(frozen=True, slots=True)
class EraseReceipts:
    """Erases once the store has; repeated, it finds what is left."""

    receipts: Receipts
    clock: Callable[[], int]

    async def __call__(self, tenant: str, resource_id: str) -> int:
        """Return of how many receipts the token was removed."""
        path = scim_uri("", resource_id)
        removed = await self.receipts.erase(tenant, path, now=self.clock())
        await self.receipts.make_unreadable()
        return removed
