"""The claims of a SET (RFC 8417 section 2.2; SSF 1.0 section 4.1; RFC 9967 section 2.2)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from secevent.errors import InvalidRequestError
from secevent.json_members import (
    numeric_date,
    object_value,
    optional_text_member,
    text_member,
    text_value,
    texts_value,
)
from secevent.provenance import PROVENANCE_CLAIM, Provenance, parse_provenance, provenance_claim
from secevent.subjects import validate_subject


@dataclass(frozen=True, slots=True)
class SecurityEventToken:
    """What an issuer states has happened to the subject `sub_id`.

    `events` maps each event type's URI to its payload; several tell of facets of one change.
    """

    iss: str
    iat: int
    jti: str
    aud: tuple[str, ...]
    sub_id: Mapping[str, object]
    events: Mapping[str, Mapping[str, object]]
    txn: str | None
    provenance: Provenance | None


def claims(token: SecurityEventToken) -> dict[str, object]:
    """Return the JWT claims set."""
    claims_set: dict[str, object] = {
        "iss": token.iss,
        "iat": token.iat,
        "jti": token.jti,
        "aud": token.aud[0] if len(token.aud) == 1 else list(token.aud),
        "sub_id": token.sub_id,
        "events": token.events,
    }
    if token.txn is not None:
        claims_set["txn"] = token.txn
    if token.provenance is not None:
        claims_set[PROVENANCE_CLAIM] = provenance_claim(token.provenance)
    return claims_set


def parse_claims(claims_set: object) -> SecurityEventToken:
    """Parse a JWT claims set; unknown claims are ignored (RFC 7519 section 4)."""
    members = object_value(claims_set, "The claims set")
    check_claim_types(members)
    return token_of(members)


def check_claim_types(claims_set: Mapping[str, object]) -> None:
    """Check that the claims that every SET has are there, and that each known one has its type."""
    for name in ("iss", "iat", "jti", "events"):
        if name not in claims_set:
            raise InvalidRequestError(f"The claim {name} is missing (RFC 8417 section 2.2).")
    for name, check in _TYPES.items():
        if name in claims_set:
            check(claims_set[name], name)


def token_of(claims_set: Mapping[str, object]) -> SecurityEventToken:
    """Return the token of a claims set whose types are checked."""
    _check_profile(claims_set)
    return SecurityEventToken(
        iss=text_member(claims_set, "iss"),
        iat=numeric_date(claims_set["iat"], "iat"),
        jti=text_member(claims_set, "jti"),
        aud=audience(claims_set),
        sub_id=validate_subject(claims_set["sub_id"]),
        events=_events(claims_set),
        txn=optional_text_member(claims_set, "txn"),
        provenance=_provenance(claims_set),
    )


def audience(claims_set: Mapping[str, object]) -> tuple[str, ...]:
    """Return the values of aud; none when it is missing (RFC 8417 section 2.2)."""
    return _audience_value(claims_set.get("aud", []), "aud")


def _audience_value(value: object, name: str) -> tuple[str, ...]:
    return (text_value(value, name),) if isinstance(value, str) else texts_value(value, name)


def _check_profile(claims_set: Mapping[str, object]) -> None:
    for name in ("sub", "exp"):
        if name in claims_set:
            raise InvalidRequestError(
                f"The claim {name} must not be present (SSF 1.0 section 4.1)."
            )
    if "sub_id" not in claims_set:
        raise InvalidRequestError("The claim sub_id is missing (SSF 1.0 section 4.1).")


def _events(claims_set: Mapping[str, object]) -> dict[str, Mapping[str, object]]:
    events = object_value(claims_set["events"], "events")
    if not events:
        raise InvalidRequestError("events must have a member (RFC 8417 section 2.2).")
    return {
        text_value(uri, "An event type"): object_value(payload, f"The payload of {uri}")
        for uri, payload in events.items()
    }


def _provenance(claims_set: Mapping[str, object]) -> Provenance | None:
    value = claims_set.get(PROVENANCE_CLAIM)
    return None if value is None else parse_provenance(value)


_TYPES: Final[Mapping[str, Callable[[object, str], object]]] = MappingProxyType(
    {
        "iss": text_value,
        "iat": numeric_date,
        "jti": text_value,
        "aud": _audience_value,
        "txn": text_value,
        "toe": numeric_date,
        "nbf": numeric_date,
        "sub_id": object_value,
        "events": object_value,
    }
)
