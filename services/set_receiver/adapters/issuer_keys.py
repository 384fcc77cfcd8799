"""Issuers' keys over HTTP (RFC 7517 section 5)."""

from collections.abc import Callable
from typing import Final

import aiohttp

from secevent.errors import SetError
from secevent.verification import KeySet
from servicekit import jwks_client
from set_receiver.domain.errors import KeysUnavailableError

_USABLE_SECONDS: Final = 3600.0


class HttpIssuerKeys:
    """Implements `IssuerKeys`."""

    def __init__(self, session: aiohttp.ClientSession, *, clock: Callable[[], float]) -> None:
        self._client = jwks_client.JwksClient(
            session, _key_set, usable_seconds=_USABLE_SECONDS, clock=clock
        )

    def known(self, jwks_uri: str) -> KeySet:
        """As the port says; for ten minutes after a fetch."""
        return self._client.known(jwks_uri)

    async def having(self, kid: str | None, *, jwks_uri: str) -> KeySet:
        """As the port says; where the issuer's server is away, keys of the last hour must do."""
        try:
            return await self._client.having(kid, jwks_uri=jwks_uri)
        except jwks_client.KeysUnavailableError as error:
            raise KeysUnavailableError(str(error), retry_after=error.retry_after) from None


def _key_set(jwks: object) -> KeySet:
    try:
        return KeySet.from_jwks(jwks)
    except SetError as error:
        raise ValueError(error.description) from None
