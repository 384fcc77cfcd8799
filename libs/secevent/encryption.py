"""SETs that are encrypted: a JWS within a JWE (RFC 7516; RFC 7519 section 11.2).

A SET is signed first, so that the signature itself is secret and stays with what it signs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Self, cast

from joserfc.errors import JoseError
from joserfc.jwe import JWERegistry, decrypt_compact, encrypt_compact
from joserfc.jwk import DictKey, ECKey, RSAKey

from secevent.base64url import decoded
from secevent.errors import InvalidKeyError, InvalidRequestError, SetError, UnknownKeyError
from secevent.json_members import optional_text_member, parse_json_object, text_member
from secevent.keys import PublicKey, import_public_key, jwk_list

ENCRYPTION_ALGORITHMS: Final = ("RSA-OAEP-256", "ECDH-ES")
"""How the key of the content is told (RFC 7518 section 4); not by RSA1_5, which leaks."""
CONTENT_ENCRYPTION: Final = "A256GCM"
LONGEST_ENCRYPTED: Final = 1536 * 1024
"""A JWS of a mebibyte in base64url, with a header and a key before it."""

_ALGORITHM_OF: Final[Mapping[str, str]] = {"RSA": "RSA-OAEP-256", "EC": "ECDH-ES"}
_CONTENT_TYPES: Final = frozenset({"secevent+jwt", "jwt"})
# RFC 7517 section 4.3: what a key that encrypts to its owner may be meant for
_ENCRYPTING: Final = frozenset({"encrypt", "wrapKey", "deriveKey", "deriveBits"})


class _Registry(JWERegistry):
    """Takes SETs of any size that a SET may have: joserfc stops at 64 KiB."""

    max_ciphertext_length = LONGEST_ENCRYPTED


# an unknown header member is ignored (RFC 7516 section 4); what matters of it is checked here
_REGISTRY: Final = _Registry(
    algorithms=(*ENCRYPTION_ALGORITHMS, CONTENT_ENCRYPTION), strict_check_header=False
)


@dataclass(frozen=True, slots=True)
class EncryptionKey:
    """A recipient's public key, and the algorithm to use it by."""

    key: PublicKey
    algorithm: str

    @classmethod
    def from_jwks(cls, jwks: object) -> Self | None:
        """Return the key of a JWK Set to encrypt by; None when none of its keys is for that.

        Only a key with use "enc", or without use and for one of our algorithms, is; of several, one
        for ECDH-ES, as it costs the recipient least. Raises `InvalidRequestError` for no JWK Set.
        """
        found = [
            cls(key, _ALGORITHM_OF[key.key_type])
            for jwk in jwk_list(jwks)
            if _is_for_encryption(jwk) and (key := import_public_key(jwk)) is not None
        ]
        return min(found, key=lambda each: each.algorithm, default=None)

    def encrypt(self, jws: str) -> str:
        """Return a signed SET as a JWE in compact serialization."""
        header = {"alg": self.algorithm, "enc": CONTENT_ENCRYPTION, "cty": "secevent+jwt"}
        named = {**header, "kid": self.key.kid} if self.key.kid else header
        return encrypt_compact(named, jws, self.key, registry=_REGISTRY)


@dataclass(frozen=True, slots=True)
class DecryptionKeys:
    """The private keys of a recipient."""

    keys: tuple[RSAKey | ECKey, ...] = ()

    @classmethod
    def from_private_jwks(cls, jwks: Sequence[Mapping[str, object]]) -> Self:
        """Import private JWKs, RSA and EC."""
        return cls(tuple(_private_key(jwk) for jwk in jwks))

    def decrypt(self, compact: str) -> str:
        """Return what is within a JWE, which nobody has verified.

        Raises `UnknownKeyError` when there is no key of the kid that it names, `InvalidKeyError`
        when the key does not open it, and `InvalidRequestError` for another algorithm or content.
        """
        header = _header(compact)
        algorithm = _check_header(header)
        key = self._select(optional_text_member(header, "kid"), algorithm)
        try:
            opened = decrypt_compact(compact.strip(), key, registry=_REGISTRY)
            return (opened.plaintext or b"").decode("ascii")
        except (JoseError, ValueError, TypeError, LookupError) as error:
            # one sentence for whatever it was: more would help whoever tries (RFC 7516 section 11)
            raise InvalidKeyError("It does not decrypt by the key that it names.") from error

    def _select(self, kid: str | None, algorithm: str) -> RSAKey | ECKey:
        fitting = [
            key
            for key in self.keys
            if _ALGORITHM_OF[key.key_type] == algorithm and kid in {None, key.kid}
        ]
        if not fitting:
            raise UnknownKeyError(f"There is no such key for {algorithm} here: see our JWK Set.")
        if len(fitting) > 1:
            raise InvalidKeyError("The header must name one of our keys by kid.")
        return fitting[0]


def generate_encryption_jwk(algorithm: str) -> dict[str, object]:
    """Return a new private key for RSA-OAEP-256 or ECDH-ES, its kid the thumbprint of RFC 7638."""
    key = _generate_key(algorithm)
    jwk = key.as_dict(private=True, kid=key.thumbprint(), alg=algorithm, use="enc")
    return cast("dict[str, object]", jwk)


def is_encrypted(compact: str) -> bool:
    """Tell whether a token has the five parts of a JWE (RFC 7516 section 3.1)."""
    return compact.count(".") == 4


def unverified_encryption_kid(compact: str) -> str | None:
    """Return the kid that the header of a JWE names; None when there is none."""
    try:
        return optional_text_member(_header(compact), "kid")
    except SetError:
        return None


def _generate_key(algorithm: str) -> RSAKey | ECKey:
    match algorithm:
        case "RSA-OAEP-256":
            return RSAKey.generate_key(2048)
        case "ECDH-ES":
            return ECKey.generate_key("P-256")
        case _:
            raise ValueError(f"The algorithm must be RSA-OAEP-256 or ECDH-ES, not {algorithm}.")


def _private_key(jwk: Mapping[str, object]) -> RSAKey | ECKey:
    members = cast("DictKey", dict(jwk))
    return RSAKey.import_key(members) if jwk["kty"] == "RSA" else ECKey.import_key(members)


def _is_for_encryption(jwk: object) -> bool:
    if not isinstance(jwk, dict):
        return False
    algorithm = _ALGORITHM_OF.get(str(jwk.get("kty")))
    operations = jwk.get("key_ops")
    if algorithm is None or jwk.get("alg", algorithm) != algorithm:
        return False
    if isinstance(operations, list) and _ENCRYPTING.isdisjoint(map(str, operations)):
        return False
    # a key that does not say what it is for may be one to verify by
    return jwk["use"] == "enc" if "use" in jwk else "alg" in jwk


def _header(compact: str) -> Mapping[str, object]:
    if len(compact) > LONGEST_ENCRYPTED:
        raise InvalidRequestError(f"A JWE may have at most {LONGEST_ENCRYPTED} characters here.")
    segment, _, _ = compact.strip().partition(".")
    try:
        return parse_json_object(decoded(segment.encode()))
    except ValueError as error:
        raise InvalidRequestError("It is not base64url without padding (RFC 7515).") from error


def _check_header(header: Mapping[str, object]) -> str:
    algorithm, encryption = text_member(header, "alg"), text_member(header, "enc")
    if algorithm not in ENCRYPTION_ALGORITHMS or encryption != CONTENT_ENCRYPTION:
        named = " or ".join(ENCRYPTION_ALGORITHMS)
        raise InvalidRequestError(f"It must be encrypted by {named}, with {CONTENT_ENCRYPTION}.")
    if "crit" in header or "zip" in header:
        raise InvalidRequestError("Neither extensions (crit) nor compression (zip) are understood.")
    if text_member(header, "cty").lower().removeprefix("application/") not in _CONTENT_TYPES:
        raise InvalidRequestError("cty must be secevent+jwt: a SET that is signed, then encrypted.")
    return algorithm
