"""Where tenants are known."""

from collections.abc import Sequence
from typing import Protocol

from scim_gateway.domain.tenants import Tenant


class Tenants(Protocol):
    """All tenants, those being deleted too.

    What is asked while their keeper is away raises an error of the connection to it.
    """

    async def all(self) -> tuple[Sequence[Tenant], str]:
        """Return all of them, and the cursor of the journal at which that was so."""
        ...

    async def get(self, name: str) -> Tenant | None:
        """Return one as it is now; None when there is none of this name (any more)."""
        ...
