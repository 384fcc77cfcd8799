"""Cursors as AES-256-GCM in base64url, which has unreserved characters only."""

import base64
import binascii
import secrets
from dataclasses import dataclass, field
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

CURSOR_KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12


@dataclass(frozen=True, slots=True)
class AesGcmCursors:
    """Implements `CursorSeal` under a key that is the store's own."""

    key: bytes = field(repr=False)

    def seal(self, content: bytes, *, bound_to: bytes) -> str:
        """As the port says."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return _text(nonce + AESGCM(self.key).encrypt(nonce, content, bound_to))

    def open(self, text: str, *, bound_to: bytes) -> bytes | None:
        """As the port says."""
        try:
            sealed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
            if _text(sealed) != text:  # bits that base64 leaves unused would be free to change
                return None
            nonce, content = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
            return AESGCM(self.key).decrypt(nonce, content, bound_to)
        except (InvalidTag, binascii.Error, ValueError):
            return None


def new_cursor_key() -> bytes:
    """Return a key for a store that has none yet."""
    return secrets.token_bytes(CURSOR_KEY_BYTES)


def _text(sealed: bytes) -> str:
    return base64.urlsafe_b64encode(sealed).decode().rstrip("=")
