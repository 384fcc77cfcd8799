"""Where host names are resolved."""

from typing import Protocol

from ssf_registrar.domain.endpoints import Address


class Hosts(Protocol):
    """Resolves host names."""

    async def addresses(self, host: str) -> tuple[Address, ...]:
        """Return all addresses of a host; none when it does not resolve in good time."""
