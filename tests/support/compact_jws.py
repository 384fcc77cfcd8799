"""JWS in compact serialization, by hand over `cryptography`: a second implementation."""

import base64
import json
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicNumbers,
)
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicNumbers
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)
from cryptography.hazmat.primitives.hashes import SHA256

PrivateKey = RSAPrivateKey | EllipticCurvePrivateKey


def base64url(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def decoded(segment: str) -> bytes:
    return base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4))


def json_segment(value: object) -> str:
    return base64url(json.dumps(value).encode())


def compact_jws(header: Mapping[str, Any], payload: str, private_key: PrivateKey) -> str:
    signing_input = f"{json_segment(header)}.{base64url(payload.encode())}"
    return f"{signing_input}.{base64url(_signature(signing_input.encode(), private_key))}"


def _signature(signing_input: bytes, private_key: PrivateKey) -> bytes:
    if isinstance(private_key, RSAPrivateKey):
        return private_key.sign(signing_input, PKCS1v15(), SHA256())
    r, s = decode_dss_signature(private_key.sign(signing_input, ECDSA(SHA256())))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def public_jwk_of(private_key: PrivateKey, *, kid: str) -> dict[str, Any]:
    if isinstance(private_key, RSAPrivateKey):
        rsa = private_key.public_key().public_numbers()
        return {"kty": "RSA", "kid": kid, "n": _integer(rsa.n), "e": _integer(rsa.e)}
    point = private_key.public_key().public_numbers()
    x, y = (base64url(axis.to_bytes(32, "big")) for axis in (point.x, point.y))
    return {"kty": "EC", "kid": kid, "crv": "P-256", "x": x, "y": y}


def _integer(number: int) -> str:
    return base64url(number.to_bytes((number.bit_length() + 7) // 8, "big"))


def opened(compact: str, public_jwk: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return header and claims set of a JWS whose signature verifies; fail when it does not."""
    header, payload, signature = compact.split(".")
    _check(f"{header}.{payload}".encode(), decoded(signature), public_jwk)
    return json.loads(decoded(header)), json.loads(decoded(payload))


def verifies(compact: str, public_jwk: Mapping[str, Any]) -> bool:
    try:
        opened(compact, public_jwk)
    except InvalidSignature:
        return False
    return True


def _check(signing_input: bytes, signature: bytes, public_jwk: Mapping[str, Any]) -> None:
    if public_jwk["kty"] == "RSA":
        rsa = RSAPublicNumbers(_number(public_jwk["e"]), _number(public_jwk["n"])).public_key()
        rsa.verify(signature, signing_input, PKCS1v15(), SHA256())
        return
    x, y = _number(public_jwk["x"]), _number(public_jwk["y"])
    r, s = (int.from_bytes(half, "big") for half in (signature[:32], signature[32:]))
    point = EllipticCurvePublicNumbers(x, y, SECP256R1()).public_key()
    point.verify(encode_dss_signature(r, s), signing_input, ECDSA(SHA256()))


def _number(text: str) -> int:
    return int.from_bytes(decoded(text), "big")
