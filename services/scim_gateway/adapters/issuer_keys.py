"""Issuers' keys over HTTPS (RFC 7517 section 5)."""

from collections.abc import Callable
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

import aiohttp

from scim_gateway.domain.errors import KeysUnavailableError
from secevent.errors import SetError
from secevent.keys import KeySet
from servicekit import jwks_client

# An issuer that is away for so long should lock nobody out who came in before.
_USABLE_SECONDS: Final = 86_400.0


class HttpIssuerKeys:
    """Implements `IssuerKeys`: by https alone, but for an issuer on this machine."""

    def __init__(self, session: aiohttp.ClientSession, *, clock: Callable[[], float]) -> None:
        self._client = jwks_client.JwksClient(
            session, _key_set, usable_seconds=_USABLE_SECONDS, clock=clock
        )

    def known(self, jwks_uri: str) -> KeySet:
        """As the port says; for ten minutes after a fetch."""
        return self._client.known(jwks_uri)

    async def having(self, kid: str | None, *, jwks_uri: str) -> KeySet:
        """As the port says; where the issuer's server is away, keys of the last day must do."""
        if not _is_protected(jwks_uri):
            raise KeysUnavailableError("the issuer's keys are not at an https URI")
        try:
            return await self._client.having(kid, jwks_uri=jwks_uri)
        except jwks_client.KeysUnavailableError as error:
            raise KeysUnavailableError(str(error)) from None


def _is_protected(uri: str) -> bool:
    """Tell whether nobody on the way can put keys of their own in place of the issuer's."""
    parts = urlsplit(uri)
    return parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(parts.hostname))


def _is_loopback(host: str | None) -> bool:
    try:
        return ip_address(host or "").is_loopback
    except ValueError:
        return host == "localhost"


def _key_set(jwks: object) -> KeySet:
    try:
        return KeySet.from_jwks(jwks)
    except SetError as error:
        raise ValueError(error.description) from None
