"""What the commands need to remove a whole tenant."""

from typing import Protocol


class Purging(Protocol):
    """Closes tenants, and removes what there is of them, a part at a time.

    What would be written for a tenant after that is refused with a `TenantClosedError`.
    """

    async def close(self, tenant: str) -> None:
        """Let nothing more be written for a tenant, for ever; durable on return."""

    async def remove(self, tenant: str, *, limit: int) -> float | None:
        """Remove a part of what there is of a closed tenant: of each kind at most `limit`.

        Returns after how many seconds there may be more to remove; None when nothing is left and
        nothing can come. Changes of others keep their positions. Several may call it at once.

        Raises `StorageFailedError`.
        """
