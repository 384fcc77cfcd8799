"""Signatures of the two algorithms that SETs have, and the checking of any (RFC 7518 section 3).

The library for JOSE looks a key up and makes an algorithm's objects for each signature, which takes
a good part of the time of one.
"""

from typing import Final, cast

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
    try:
        # a key that was selected for the algorithm is of its kind
        match algorithm:
            case "ES256":
                curve_key = cast("EllipticCurvePublicKey", key.public_key)
                curve_key.verify(_der(signature), signed, _ES256)
            case "RS256":
                cast("RSAPublicKey", key.public_key).verify(signature, signed, *_RS256)
            case _:
                model = REGISTRY.get_alg(joserfc_name(algorithm))
                return model.verify(signed, signature, key)
    except InvalidSignature:
        return False
    return True


def _der(signature: bytes) -> bytes:
    """Return a signature by ES256 as the crypto library has it."""
    if len(signature) != 2 * _OCTETS:
        raise InvalidSignature
    halves = (signature[:_OCTETS], signature[_OCTETS:])
    return encode_dss_signature(*(int.from_bytes(half, "big") for half in halves))
