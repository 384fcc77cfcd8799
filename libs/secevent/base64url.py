"""Base64url without padding, as JOSE has it (RFC 7515 section 2; RFC 4648 section 5)."""

from base64 import urlsafe_b64encode
from binascii import a2b_base64
from typing import Final

# "+", "/" and "=" are none of its characters, and become what is none of any base64
_TO_BASE64: Final = bytes.maketrans(b"-_+/=", b"+/\0\0\0")
_PADDING: Final = (b"", b"===", b"==", b"=")


def encoded(octets: bytes) -> bytes:
    """Return the text of some octets."""
    return urlsafe_b64encode(octets).rstrip(b"=")


def decoded(text: bytes) -> bytes:
    """Return the octets of a text, of which there is one for each. Raises `ValueError`."""
    beyond = len(text) % 4
    octets = a2b_base64(text.translate(_TO_BASE64) + _PADDING[beyond], strict_mode=True)
    # bits that the last character has too many must be 0 (RFC 4648 section 3.5)
    if beyond and encoded(octets[-(beyond - 1) :]) != text[-beyond:]:
        raise ValueError("The last character has bits that mean nothing.")
    return octets
