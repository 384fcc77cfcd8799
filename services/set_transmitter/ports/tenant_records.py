"""All that is kept of a tenant."""

from typing import Protocol


class TenantRecords(Protocol):
    """Removes what the log and the delivery state have of a tenant, a part at a time."""

    async def remove(self, tenant: str, *, limit: int) -> int:
        """Remove at most `limit` records in one transaction, and return how many there were.

        None at all means that nothing is left: a stream goes after all that was kept for it, and
        what comes for it later is not kept. Other tenants' events keep their positions.
        """
        ...
