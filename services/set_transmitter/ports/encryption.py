"""Encrypting SETs to their receiver."""

from collections.abc import Sequence
from typing import Protocol

from set_transmitter.ports.signing import SigningUnavailableError


class EncryptionUnavailableError(SigningUnavailableError):
    """There is no key of the receiver's to encrypt to just now."""

    reason = "ENCRYPTION_UNAVAILABLE"


class Encryption(Protocol):
    """Encrypts to keys that receivers publish."""

    async def encrypt(self, jwks_uri: str, jwts: Sequence[str]) -> list[str]:
        """Return each signed SET as a JWE to a key of the JWK Set at a URI (RFC 7516).

        Raises `EncryptionUnavailableError`; nothing is to be sent in the clear then.
        """
        ...
