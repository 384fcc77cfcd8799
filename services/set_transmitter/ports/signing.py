"""Signing SETs."""

from collections.abc import Callable, Sequence
from typing import Protocol

from secevent.token import SecurityEventToken
from set_transmitter.domain.streams import Stream


class SigningUnavailableError(Exception):
    """The key to sign with cannot be had just now."""

    reason = "SIGNING_UNAVAILABLE"


class Signing(Protocol):
    """Signs with the key that a stream's tenant has now."""

    async def sign(self, stream: Stream, tokens: Sequence[SecurityEventToken]) -> list[str]:
        """Return each token as a compact JWS. Raises `SigningUnavailableError`."""
        ...


class TenantSigning(Protocol):
    """Signs with the key that a tenant has now, by the algorithm of streams that name none."""

    async def sign(
        self, tenant: str, make: Callable[[str], Sequence[SecurityEventToken]]
    ) -> list[str]:
        """Return each token that `make` makes for the tenant's issuer as a compact JWS.

        Raises `SigningUnavailableError`.
        """
        ...
