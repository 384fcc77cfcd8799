"""Removing a tenant, as often as it takes."""

from dataclasses import dataclass
from typing import Final

from resource_store.ports.purging import Purging

_AT_ONCE: Final = 1000
"""Others wait for so much to be removed."""


@dataclass(frozen=True, slots=True)
class PurgeTenant:
    """Closes a tenant and removes a part of it; to be repeated until nothing is left."""

    purging: Purging

    async def __call__(self, tenant: str) -> float | None:
        """Return after how many seconds to go on, None when nothing is left."""
        await self.purging.close(tenant)
        return await self.purging.remove(tenant, limit=_AT_ONCE)
