"""Where the private keys come from that SETs for a tenant are encrypted to."""

from typing import Protocol

from secevent.encryption import DecryptionKeys


class TenantKeys(Protocol):
    """The private keys of tenants."""

    async def of(self, tenant: str, *, kid: str | None) -> DecryptionKeys:
        """Return a tenant's keys; they have `kid` if there is such a key at all.

        Raises `KeysUnavailableError` when they cannot be had just now.
        """
        ...
