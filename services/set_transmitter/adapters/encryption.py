"""Encrypting by the keys at receivers' JWKS URIs (RFC 7516, RFC 7517 section 5)."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Final

import aiohttp

from secevent.encryption import EncryptionKey
from secevent.errors import SetError
from servicekit.jwks_client import JwksClient, KeysUnavailableError
from set_transmitter.ports.encryption import EncryptionUnavailableError

_USABLE_SECONDS: Final = 3600.0


class ReceiverEncryption:
    """Implements `Encryption`; a receiver's key is looked at anew every ten minutes."""

    def __init__(self, session: aiohttp.ClientSession, *, clock: Callable[[], float]) -> None:
        self._client = JwksClient[EncryptionKey | None](
            session, _encryption_key, usable_seconds=_USABLE_SECONDS, clock=clock
        )

    async def encrypt(self, jwks_uri: str, jwts: Sequence[str]) -> list[str]:
        """As the port says; where the receiver's server is away, a key of the last hour must do."""
        key = await self._key(jwks_uri)
        return await asyncio.to_thread(lambda: [key.encrypt(jwt) for jwt in jwts])

    def doubt(self, jwks_uri: str) -> None:
        """Look at a receiver's keys anew for what is encrypted next: it has refused one."""
        self._client.doubt(jwks_uri)

    async def _key(self, jwks_uri: str) -> EncryptionKey:
        try:
            key = self._client.known(jwks_uri) or await self._client.having(None, jwks_uri=jwks_uri)
        except KeysUnavailableError as error:
            raise EncryptionUnavailableError(
                f"the receiver's keys to encrypt to cannot be had: {error}"
            ) from None
        if key is None:
            raise EncryptionUnavailableError(
                "the receiver's JWK Set (receiverJWKSUrl) has no key with use enc for"
                " RSA-OAEP-256 or ECDH-ES"
            )
        return key


def _encryption_key(jwks: object) -> EncryptionKey | None:
    try:
        return EncryptionKey.from_jwks(jwks)
    except SetError as error:
        raise ValueError(error.description) from None
