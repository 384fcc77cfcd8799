"""Whose the email addresses of a tenant's people are."""

from typing import Protocol


class Authorities(Protocol):
    """Tells which tenants assign their people's addresses, as their configuration says."""

    async def all(self) -> frozenset[str]:
        """Return those tenants."""
        ...
