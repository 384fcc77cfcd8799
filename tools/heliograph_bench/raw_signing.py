"""JWS in compact serialization by the crypto library alone (RFC 7515), and tokens to sign."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import orjson
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)
from cryptography.hazmat.primitives.hashes import SHA256
from joserfc.jwk import ECKey, RSAKey

from heliograph_bench.people import user
from secevent.provenance import Provenance
from secevent.scim_events import CREATE_FULL
from secevent.token import SecurityEventToken, claims

ISSUER: Final = "https://transmitter.example"
AUDIENCE: Final = "https://receiver.example"
_ISSUED: Final = 1_780_000_000
_OCTETS: Final = 32
"""Of each half of a signature by ES256 (RFC 7518 section 3.4)."""

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
PublicKey = ec.EllipticCurvePublicKey | rsa.RSAPublicKey


def claims_of(number: int, *, jti: str) -> bytes:
    """Return the claims of a SET that tells of the creation of a user, always of the same one."""
    token = SecurityEventToken(
        iss=ISSUER,
        iat=_ISSUED,
        jti=jti,
        aud=(AUDIENCE,),
        sub_id={"format": "scim", "uri": f"/Users/{0:032x}"},
        events={CREATE_FULL: {"data": user(number), "version": f'W/"{number}-aaaaaaaa"'}},
        txn=f"{number:032x}",
        provenance=Provenance(_ISSUED * 1_000_000 + number, "aaaaaaaa", ("aaaaaaaa",), ""),
    )
    return orjson.dumps(claims(token))


@dataclass(frozen=True, slots=True)
class RawSigner:
    """Signs what it is given by one private key."""

    header: bytes
    key: PrivateKey

    @classmethod
    def of(cls, private_jwk: Mapping[str, object]) -> "RawSigner":
        """Return the signer by a private JWK with kid and alg."""
        header = {"typ": "secevent+jwt", "alg": private_jwk["alg"], "kid": private_jwk["kid"]}
        key = _imported(private_jwk).private_key
        if key is None:
            raise ValueError("It is no private key.")
        return cls(_encoded(orjson.dumps(header)), key)

    def sign(self, payload: bytes) -> bytes:
        """Return a JWS."""
        signed = self.header + b"." + _encoded(payload)
        return signed + b"." + _encoded(_signature(self.key, signed))


def public_key_of(public_jwk: Mapping[str, object]) -> PublicKey:
    """Return the key of a public JWK."""
    return _imported(public_jwk).public_key


def verified(key: PublicKey, compact: bytes) -> bytes:
    """Return the payload of a JWS. Raises `InvalidSignature`."""
    signed, _, encoded = compact.rpartition(b".")
    signature = _decoded(encoded)
    if isinstance(key, rsa.RSAPublicKey):
        key.verify(signature, signed, padding.PKCS1v15(), SHA256())
    else:
        halves = (signature[:_OCTETS], signature[_OCTETS:])
        r, s = (int.from_bytes(half) for half in halves)
        key.verify(encode_dss_signature(r, s), signed, ec.ECDSA(SHA256()))
    return _decoded(signed.partition(b".")[2])


def _imported(jwk: Mapping[str, object]) -> RSAKey | ECKey:
    kind = RSAKey if jwk["kty"] == "RSA" else ECKey
    return kind.import_key({name: str(value) for name, value in jwk.items()})


def _signature(key: PrivateKey, signed: bytes) -> bytes:
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(signed, padding.PKCS1v15(), SHA256())
    r, s = decode_dss_signature(key.sign(signed, ec.ECDSA(SHA256())))
    return r.to_bytes(_OCTETS) + s.to_bytes(_OCTETS)


def _encoded(content: bytes) -> bytes:
    return urlsafe_b64encode(content).rstrip(b"=")


def _decoded(segment: bytes) -> bytes:
    return urlsafe_b64decode(segment + b"=" * (-len(segment) % 4))
