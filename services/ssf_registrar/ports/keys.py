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

    async def add_next(self, tenant: str, private_jwk: PrivateJwk, *, signs_from: int) -> None:
        """Store a key that is published now, and signed with from a time on.

        `signs_from` counts seconds since 1970, and is not 0. Raises `TenantNotFoundError`.
        """

    async def switch(self, *, now: int) -> int | None:
        """Let the keys whose time has come be signed with; journal KEY_ROTATED for each.

        The former ones stay published. Returns when the next one's time comes, None for never.
        """
