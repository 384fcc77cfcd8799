"""The public keys of an issuer (RFC 7517 section 5)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, Self, cast

from joserfc.errors import JoseError
from joserfc.jwk import DictKey, ECKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry
from joserfc.util import base64_to_int

from secevent.errors import InvalidKeyError, InvalidRequestError, UnknownKeyError
from secevent.json_members import object_value

# neither "none" nor an HMAC: a public key must never serve as a shared secret
SIGNATURE_ALGORITHMS: Final = frozenset(
    {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"}
)
"""What a SET may be signed by."""
# RFC 9864 gave EdDSA on this curve a name of its own, by which joserfc knows it
_ED25519: Final = "Ed25519"
_OTHER_NAMES: Final[Mapping[str, str]] = MappingProxyType({"EdDSA": _ED25519})
REGISTRY: Final = JWSRegistry(algorithms=SIGNATURE_ALGORITHMS | {_ED25519})
# the smallest is that of CAEP Interoperability Profile section 2.3; the largest keeps a check cheap
_MODULUS_BITS: Final = range(2048, 16385)
# to import one takes a good part of a millisecond
_MOST_KEYS: Final = 100
_CURVES: Final = frozenset({"P-256", "P-384", "P-521"})
_PUBLIC_MEMBERS: Final = ("kty", "n", "e", "crv", "x", "y", "kid", "alg", "use", "key_ops")

PublicKey = RSAKey | ECKey | OKPKey


@dataclass(frozen=True, slots=True)
class KeySet:
    """The keys of one issuer that can verify a signature."""

    keys: tuple[PublicKey, ...]
    _selected: dict[tuple[str | None, str], PublicKey] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    """What fitted before: each SET of a stream asks for the same key."""

    @classmethod
    def from_jwks(cls, jwks: object) -> Self:
        """Import a JWK Set; a key that cannot be used here is passed over (RFC 7517 section 5)."""
        imported = (import_public_key(jwk) for jwk in jwk_list(jwks))
        return cls(tuple(key for key in imported if key is not None))

    def select(self, kid: str | None, algorithm: str) -> PublicKey:
        """Return the key that `kid` names, or without a kid the only one that fits `algorithm`."""
        key = self._selected.get((kid, algorithm))
        if key is None:
            key = self._selected[kid, algorithm] = self._look_for(kid, algorithm)
        return key

    def _look_for(self, kid: str | None, algorithm: str) -> PublicKey:
        named = [key for key in self.keys if kid is None or key.kid == kid]
        if not named:
            raise UnknownKeyError("The issuer's key set does not have the key that kid names.")
        fitting = [key for key in named if _fits(key, algorithm)]
        if not fitting:
            raise InvalidKeyError(f"The key that kid names is not one for {algorithm}.")
        if kid is None and len(fitting) > 1:
            raise InvalidKeyError("The header must name one of the issuer's keys by kid.")
        return fitting[0]


def joserfc_name(algorithm: str) -> str:
    """Return the name by which joserfc has an algorithm without a warning."""
    return _OTHER_NAMES.get(algorithm, algorithm)


def _fits(key: PublicKey, algorithm: str) -> bool:
    try:
        REGISTRY.get_alg(joserfc_name(algorithm)).check_key(key)
        key.check_key_op("verify")
    except JoseError:
        return False
    return True


def jwk_list(jwks: object) -> list[object]:
    """Return the JWKs of a JWK Set; of one with more than a hundred, the first hundred."""
    keys = object_value(jwks, "A JWK Set").get("keys")
    if not isinstance(keys, list):
        raise InvalidRequestError("A JWK Set has an array keys (RFC 7517 section 5).")
    return keys[:_MOST_KEYS]


def import_public_key(jwk: object) -> PublicKey | None:
    """Import a JWK; None when it is of a kind, or so weak, that it is of no use here."""
    if not isinstance(jwk, dict):
        return None
    try:
        return _IMPORTS[jwk["kty"]](public_jwk(jwk))
    except (JoseError, ValueError, TypeError, LookupError):
        return None


def public_jwk(jwk: Mapping[str, object]) -> dict[str, object]:
    """Return the public half of a key, as a JWK Set shows it (RFC 7517 section 4)."""
    return {name: jwk[name] for name in _PUBLIC_MEMBERS if name in jwk}


def _import_rsa_key(jwk: Mapping[str, object]) -> RSAKey | None:
    bits = base64_to_int(str(jwk["n"])).bit_length()
    return RSAKey.import_key(_dict_key(jwk)) if bits in _MODULUS_BITS else None


def _import_ec_key(jwk: Mapping[str, object]) -> ECKey | None:
    return ECKey.import_key(_dict_key(jwk)) if jwk["crv"] in _CURVES else None


def _import_okp_key(jwk: Mapping[str, object]) -> OKPKey | None:
    if jwk["crv"] != _ED25519:
        return None
    # joserfc compares a key's alg by name
    named = {"alg": joserfc_name(str(jwk["alg"]))} if "alg" in jwk else {}
    return OKPKey.import_key(_dict_key({**jwk, **named}))


def _dict_key(jwk: Mapping[str, object]) -> DictKey:
    return cast("DictKey", dict(jwk))


_IMPORTS: Final[Mapping[str, Callable[[Mapping[str, object]], PublicKey | None]]] = (
    MappingProxyType({"RSA": _import_rsa_key, "EC": _import_ec_key, "OKP": _import_okp_key})
)
