"""Sealing by AES-256-GCM (NIST SP 800-38D)."""

import os
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ssf_registrar.ports.sealing import UnsealingError

_FORM: Final = b"\x01"
_NONCE_BYTES: Final = 12


class AesGcmSealer:
    """Sealed values are: a byte for their form, the nonce, the ciphertext with its tag."""

    def __init__(self, master_key: bytes) -> None:
        self._cipher = AESGCM(master_key)

    def seal(self, secret: bytes, *, identity: str) -> bytes:
        """Return the secret, encrypted with a random nonce."""
        nonce = os.urandom(_NONCE_BYTES)
        return _FORM + nonce + self._cipher.encrypt(nonce, secret, identity.encode())

    def unseal(self, sealed: bytes, *, identity: str) -> bytes:
        """Return the secret."""
        nonce, ciphertext = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
        if sealed[:1] != _FORM:
            raise UnsealingError(identity)
        try:
            return self._cipher.decrypt(nonce, ciphertext, identity.encode())
        except (InvalidTag, ValueError):
            raise UnsealingError(identity) from None
