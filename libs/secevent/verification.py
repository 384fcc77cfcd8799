"""Verifying a received SET (RFC 8417 section 2, RFC 8935 section 2.2, RFC 7515 section 5.2)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from secevent.errors import (
    InvalidAudienceError,
    InvalidIssuerError,
    InvalidRequestError,
    SetError,
)
from secevent.json_members import (
    numeric_date,
    optional_text_member,
    parse_json_object,
    text_member,
)
from secevent.jws import CompactJws, check_signature, split_compact
from secevent.keys import SIGNATURE_ALGORITHMS, KeySet
from secevent.legacy import modern_claims
from secevent.scim_events import parse_provisioning_event
from secevent.subjects import check_is_scim
from secevent.token import SecurityEventToken, audience, check_claim_types, token_of

__all__ = ["ExpectedToken", "KeySet", "unverified_jti", "unverified_kid", "verify"]

LONGEST_TOKEN: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class ExpectedToken:
    """What a stream's SETs must be: of `iss`, for one of `audiences`, by one of `algorithms`.

    Their iat and nbf may be up to `clock_skew` seconds ahead. With `accepts_legacy` they may be of
    drafts before RFC 9967, and are read as what they mean in it.
    """

    iss: str
    audiences: frozenset[str]
    algorithms: frozenset[str] = frozenset({"RS256", "ES256"})
    clock_skew: int = 300
    accepts_legacy: bool = False

    def __post_init__(self) -> None:
        if not self.algorithms <= SIGNATURE_ALGORITHMS:
            raise ValueError(
                "A SET is verified by an asymmetric algorithm of RFC 7518 section 3.1."
            )


def verify(compact: str, *, expected: ExpectedToken, keys: KeySet, now: int) -> SecurityEventToken:
    """Return the token of a JWS that is signed by the issuer and meant for this recipient.

    Raises UnknownKeyError when its kid is not in `keys`, which a fresh key set may mend; otherwise
    the SetError that is the answer. Keys that the header itself brings or points to are not used.
    """
    jws = _split(compact)
    algorithm = _check_header(jws.header, expected)
    claims_set = parse_json_object(jws.payload)
    if expected.accepts_legacy:
        claims_set = modern_claims(claims_set, received=now)
    check_claim_types(claims_set)
    if claims_set["iss"] != expected.iss:
        raise InvalidIssuerError("iss is not the issuer of this stream.")
    check_signature(jws, algorithm, keys)
    if expected.audiences.isdisjoint(audience(claims_set)):
        raise InvalidAudienceError("aud does not contain this recipient.")
    token = token_of(claims_set)
    _check_times(claims_set, latest=now + expected.clock_skew)
    _check_payloads(token)
    return token


def unverified_kid(compact: str) -> str | None:
    """Return the kid that the header names, to fetch a key by; None when there is none."""
    try:
        return optional_text_member(_split(compact).header, "kid")
    except SetError:
        return None


def unverified_jti(compact: str) -> str | None:
    """Return the jti that a token claims to have, for a log line; None when there is none."""
    try:
        return text_member(parse_json_object(_split(compact).payload), "jti")
    except SetError:
        return None


def _split(compact: str) -> CompactJws:
    return split_compact(compact, longest=LONGEST_TOKEN)


def _check_header(header: Mapping[str, object], expected: ExpectedToken) -> str:
    algorithm = text_member(header, "alg")
    if algorithm not in expected.algorithms:
        raise InvalidRequestError(f"alg must be one of {', '.join(sorted(expected.algorithms))}.")
    if "crit" in header:
        raise InvalidRequestError("crit names an extension that is not understood (RFC 7515).")
    media_type = text_member(header, "typ").lower().removeprefix("application/")
    if media_type != "secevent+jwt":
        raise InvalidRequestError("typ must be secevent+jwt (RFC 8417 section 2.3).")
    return algorithm


def _check_times(claims_set: Mapping[str, object], *, latest: int) -> None:
    for name in ("iat", "nbf"):
        if name in claims_set and numeric_date(claims_set[name], name) > latest:
            raise InvalidRequestError(f"{name} is in the future (RFC 7519 section 4.1).")


def _check_payloads(token: SecurityEventToken) -> None:
    for uri, payload in token.events.items():
        if parse_provisioning_event(uri, payload) is not None:
            check_is_scim(token.sub_id)
