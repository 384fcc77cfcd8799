"""Signatures of the two algorithms that SETs have, and the checking of any (RFC 7518 section 3).

The library for JOSE looks a key up and makes an algorithm's objects for each signature, which takes
a good part of the time of one.
"""

from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)
from cryptography.hazmat.primitives.hashes import SHA256

from secevent.keys import REGISTRY, PublicKey, joserfc_name

_ES256: Final = ECDSA(SHA256())
_RS256: Final = (PKCS1v15(), SHA256())
_OCTETS: Final = 32
"""Of each half of a signature by ES256 (RFC 7518 section 3.4)."""


def es256_signature(key: EllipticCurvePrivateKey, signed: bytes) -> bytes:
    """Return the signature of a key on P-256."""
    halves = decode_dss_signature(key.sign(signed, _ES256))
    return b"".join(half.to_bytes(_OCTETS, "big") for half in halves)


def rs256_signature(key: RSAPrivateKey, signed: bytes) -> bytes:
    """Return the signature of an RSA key."""
    return key.sign(signed, *_RS256)


def verifies(key: PublicKey, algorithm: str, signed: bytes, signature: bytes) -> bool:
    """Tell whether a key, one for `algorithm`, made a signature.

    The algorithm alone: nothing else in a header can steer the verification, nor cost time.
    """
    native = key.public_key
    try:
        match algorithm, native:
            case "ES256", EllipticCurvePublicKey():
                return _verifies_es256(native, signed, signature)
            case "RS256", RSAPublicKey():
                native.verify(signature, signed, *_RS256)
                return True
    except InvalidSignature:
        return False
    return REGISTRY.get_alg(joserfc_name(algorithm)).verify(signed, signature, key)


def _verifies_es256(key: EllipticCurvePublicKey, signed: bytes, signature: bytes) -> bool:
    if len(signature) != 2 * _OCTETS:
        return False
    halves = (signature[:_OCTETS], signature[_OCTETS:])
    r, s = (int.from_bytes(half, "big") for half in halves)
    key.verify(encode_dss_signature(r, s), signed, _ES256)
    return True
