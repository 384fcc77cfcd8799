"""Keys to sign with, and signing (RFC 7515, RFC 7517; RFC 8417 section 2.3)."""

from collections.abc import Mapping
from typing import Final, cast

import orjson
from joserfc.errors import JoseError
from joserfc.jwk import DictKey, ECKey, JWKRegistry, Key, RSAKey
from joserfc.jws import JWSRegistry, serialize_compact

from secevent.errors import InvalidKeyError
from secevent.json_members import text_member
from secevent.keys import public_jwk
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
    """Signs with one private key, a JWK with kid and alg."""

    def __init__(self, private_jwk: Mapping[str, object]) -> None:
        self.kid = text_member(private_jwk, "kid")
        self.algorithm = text_member(private_jwk, "alg")
        self._key = _signing_key(private_jwk, self.algorithm)

    def sign(self, token: SecurityEventToken) -> str:
        """Return the token as a JWS in compact serialization."""
        header = {"typ": "secevent+jwt", "alg": self.algorithm, "kid": self.kid}
        payload = orjson.dumps(claims(token))
        return serialize_compact(header, payload, self._key, registry=_REGISTRY)


def _signing_key(private_jwk: Mapping[str, object], algorithm: str) -> Key:
    try:
        key = JWKRegistry.import_key(cast("DictKey", dict(private_jwk)))
        _REGISTRY.get_alg(algorithm).check_key(key)
        key.check_key_op("sign")
    except (JoseError, ValueError, LookupError) as error:
        raise InvalidKeyError(f"It is no private key for {algorithm}.") from error
    return key
