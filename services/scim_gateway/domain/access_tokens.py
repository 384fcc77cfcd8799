"""JWTs of a tenant's issuers (RFC 7519, RFC 9068), as RFC 8725 wants them to be checked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import orjson

from scim_gateway.domain.callers import Me, MeByAttribute, MeById
from scim_gateway.domain.errors import JwtRefusedError, JwtScopeError
from scim_gateway.domain.tenants import JwtIssuer
from secevent.errors import SetError, UnknownKeyError
from secevent.json_members import numeric_date, parse_json_object, text_member
from secevent.jws import CompactJws, check_signature, split_compact
from secevent.keys import KeySet

# neither "none" nor an HMAC (RFC 8725 section 3.1); Ed25519 is EdDSA's newer name (RFC 9864)
ALGORITHMS: Final = frozenset({"RS256", "PS256", "ES256", "EdDSA", "Ed25519"})
CLOCK_SKEW: Final = 60
"""Seconds that the issuer's clock and ours may differ by."""
LONGEST: Final = 16 * 1024
_LONGEST_VALUE: Final = 1024
# what no other kind of JWT has (RFC 8725 section 3.11); several servers send none at all
_TYPES: Final = frozenset({"at+jwt", "jwt"})
_NO_KEYS: Final = KeySet(())


@dataclass(frozen=True, slots=True)
class UnverifiedJwt:
    """A JWT and what it claims, of which nothing is known to be true."""

    jws: CompactJws
    claims: Mapping[str, object]

    @property
    def kid(self) -> str | None:
        """The key by which it says to be signed."""
        kid = self.jws.header.get("kid")
        return kid if isinstance(kid, str) else None


@dataclass(frozen=True, slots=True)
class AccessToken:
    """What a verified JWT says."""

    principal: str
    """The issuer and the subject."""
    expires: int
    """Seconds since 1970."""
    me: Me | None


def unverified_jwt(token: str) -> UnverifiedJwt | None:
    """Return what a token claims; None when it is no JWT, and so may be an opaque one."""
    if token.count(".") != 2:
        return None
    try:
        jws = split_compact(token, longest=LONGEST)
        return UnverifiedJwt(jws, parse_json_object(jws.payload))
    except SetError:
        return None


def issuer_of(jwt: UnverifiedJwt, issuers: Sequence[JwtIssuer]) -> JwtIssuer | None:
    """Return the issuer that a JWT says to be from, if it is one of these."""
    return next((known for known in issuers if known.issuer == jwt.claims.get("iss")), None)


@lru_cache(maxsize=256)
def key_set(jwks: bytes) -> KeySet:
    """Return the keys of a JWK Set as JSON; none where it is none."""
    try:
        return KeySet.from_jwks(orjson.loads(jwks))
    except (SetError, ValueError):
        return _NO_KEYS


def verified(jwt: UnverifiedJwt, issuer: JwtIssuer, keys: KeySet, *, now: float) -> AccessToken:
    """Return what a JWT of this issuer says, if it is signed by it, meant for us, and in force.

    Raises `UnknownKeyError` when its kid is not in `keys`, which a fresh key set may mend; else
    `JwtRefusedError` with what is wrong, or `JwtScopeError`.
    """
    algorithm = _algorithm(jwt.jws.header)
    try:
        check_signature(jwt.jws, algorithm, keys)
        expires = _check_times(jwt.claims, now=now)
        principal = f"{issuer.issuer} {text_member(jwt.claims, 'sub')}"
        _check_audience(jwt.claims.get("aud"), issuer.audiences)
        me = _me(jwt.claims, issuer)
    except UnknownKeyError:
        raise
    except SetError as error:
        raise JwtRefusedError(error.description) from None
    if issuer.required_scope and issuer.required_scope not in _scopes(jwt.claims):
        raise JwtScopeError(issuer.required_scope)
    return AccessToken(principal, expires, me)


def _algorithm(header: Mapping[str, object]) -> str:
    algorithm = header.get("alg")
    if not isinstance(algorithm, str) or algorithm not in ALGORITHMS:
        raise JwtRefusedError(f"alg must be one of {', '.join(sorted(ALGORITHMS))}.")
    if "crit" in header:
        raise JwtRefusedError("crit names an extension that is not understood (RFC 7515).")
    typ = header.get("typ", "JWT")
    if not isinstance(typ, str) or typ.lower().removeprefix("application/") not in _TYPES:
        raise JwtRefusedError("typ must be at+jwt or JWT (RFC 9068 section 2.1).")
    return algorithm


def _check_times(claims: Mapping[str, object], *, now: float) -> int:
    expires = numeric_date(claims.get("exp"), "exp")
    if expires + CLOCK_SKEW <= now:
        raise JwtRefusedError("exp has passed (RFC 7519 section 4.1.4).")
    for name in ("nbf", "iat"):
        if name in claims and numeric_date(claims[name], name) > now + CLOCK_SKEW:
            raise JwtRefusedError(f"{name} is in the future (RFC 7519 section 4.1).")
    return expires


def _check_audience(aud: object, audiences: frozenset[str]) -> None:
    named = aud if isinstance(aud, list) else [aud]
    if not any(isinstance(each, str) and each in audiences for each in named):
        raise JwtRefusedError("aud has none of the audiences that are configured for its issuer.")


def _scopes(claims: Mapping[str, object]) -> frozenset[str]:
    """Return the scopes of scope (RFC 8693 section 4.2), or of scp as Entra ID and Okta have it."""
    found: set[str] = set()
    for name in ("scope", "scp"):
        value = claims.get(name)
        if isinstance(value, str):
            found |= set(value.split(" "))
        elif isinstance(value, list):
            found |= {each for each in value if isinstance(each, str)}
    return frozenset(found)


def _me(claims: Mapping[str, object], issuer: JwtIssuer) -> Me | None:
    if not issuer.me_claim or not issuer.me_attribute:
        return None
    value = claims.get(issuer.me_claim)
    if not isinstance(value, str) or not 0 < len(value) <= _LONGEST_VALUE:
        return None
    is_id = issuer.me_attribute == "id"
    return MeById(value) if is_id else MeByAttribute(issuer.me_attribute, value)
