"""Where changes of tenants are told of."""

from collections.abc import Sequence
from typing import Protocol


class TenantJournal(Protocol):
    """An ordered feed, read with a cursor, of which tenants were made, changed or deleted."""

    async def newest(self) -> str:
        """Return the cursor after which all that happens from now on can be read."""

    async def changed_since(self, cursor: str) -> tuple[Sequence[str], str]:
        """Wait for news; return the names of the tenants concerned, and the next cursor."""
