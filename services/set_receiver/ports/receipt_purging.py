"""Removing the receipts of a whole tenant."""

from collections.abc import Collection
from typing import Protocol


class ReceiptPurging(Protocol):
    """Closes tenants, and removes their receipts, a part at a time; several processes may at once.

    `Receipts.add` keeps nothing for a tenant that is closed, and calls that not new.
    Each method raises `StorageError`.
    """

    async def close(self, tenants: Collection[str]) -> None:
        """Let nothing more be kept for tenants, for ever; durable on return."""
        ...

    async def remove(self, tenant: str, *, limit: int) -> float | None:
        """Remove at most `limit` receipts of a closed tenant, and at the end what counts them.

        Returns after how many seconds there may be more to remove; None when nothing is left and
        nothing can come.
        """
        ...
