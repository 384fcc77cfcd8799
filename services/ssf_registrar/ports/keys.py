"""Where the keys are kept that tenants sign with, and that SETs for them are encrypted to."""

from collections.abc import Mapping
from typing import Protocol

PrivateJwk = Mapping[str, object]
PublicJwk = Mapping[str, object]


class Keys(Protocol):
    """Keeps JWKs (RFC 7517), the private ones encrypted."""

    async def current_key(self, tenant: str, algorithm: str) -> PrivateJwk | None:
        """Return the private key that the tenant uses for an algorithm now, or None."""

    async def public_keys(self, tenant: str) -> tuple[PublicJwk, ...]:
        """Return the public halves of the tenant's keys, oldest first."""

    async def add_first(self, tenant: str, private_jwk: PrivateJwk) -> None:
        """Store a tenant's first key of an algorithm; journal KEY_ROTATED.

        Does nothing when the tenant has one, is being deleted, or is not there.
        """
