"""Keys to sign with, and signing (RFC 7515, RFC 7517; RFC 8417 section 2.3)."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final, cast

import orjson
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from joserfc.errors import JoseError
from joserfc.jwk import DictKey, ECKey, JWKRegistry, RSAKey
from joserfc.jws import JWSRegistry

from secevent.base64url import encoded
from secevent.errors import InvalidKeyError
from secevent.json_members import text_member
from secevent.keys import public_jwk
from secevent.signatures import es256_signature, rs256_signature
from secevent.token import SecurityEventToken, claims

__all__ = ["Signer", "generate_private_jwk", "public_jwk"]

_REGISTRY: Final = JWSRegistry(algorithms=frozenset({"RS256", "ES256"}))


def generate_private_jwk(algorithm: str) -> dict[str, object]:
    """Return a new private key for RS256 or ES256, its kid the thumbprint of RFC 7638."""
    key = _generate_key(algorithm)
    jwk = key.as_dict(private=True, kid=key.thumbprint(), alg=algorithm, use="sig")
    return cast("dict[str, object]", jwk)


def _generate_key(algorithm: str) -> RSAKey | ECKey:
    match algorithm:
        case "RS256":
            return RSAKey.generate_key(2048)
        case "ES256":
            return ECKey.generate_key("P-256")
        case _:
            raise ValueError(f"The algorithm must be RS256 or ES256, not {algorithm}.")


class Signer:
    """Signs with one private key, a JWK with kid and alg.

    Key and algorithm are checked, and the header is encoded, once for all that it signs: for each
    token that would take as long as the signature.
    """

    def __init__(self, private_jwk: Mapping[str, object]) -> None:
        self.kid = text_member(private_jwk, "kid")
        self.algorithm = text_member(private_jwk, "alg")
        self._signature = _signature_by(private_jwk, self.algorithm)
        header = {"typ": "secevent+jwt", "alg": self.algorithm, "kid": self.kid}
        self._header = encoded(orjson.dumps(header))

    def sign(self, token: SecurityEventToken) -> str:
        """Return the token as a JWS in compact serialization (RFC 7515 sections 5.1 and 7.1)."""
        signed = self._header + b"." + encoded(orjson.dumps(claims(token)))
        return (signed + b"." + encoded(self._signature(signed))).decode("ascii")


def _signature_by(private_jwk: Mapping[str, object], algorithm: str) -> Callable[[bytes], bytes]:
    """Return what makes the signature of some bytes (RFC 7518 sections 3.3 and 3.4)."""
    try:
        key = JWKRegistry.import_key(cast("DictKey", dict(private_jwk)))
        _REGISTRY.get_alg(algorithm).check_key(key)
        native = key.get_op_key("sign")
    except (JoseError, ValueError, LookupError) as error:
        raise InvalidKeyError(f"It is no private key for {algorithm}.") from error
    # the key is checked to be one for the algorithm
    if algorithm == "ES256":
        return partial(es256_signature, cast("EllipticCurvePrivateKey", native))
    return partial(rs256_signature, cast("RSAPrivateKey", native))
