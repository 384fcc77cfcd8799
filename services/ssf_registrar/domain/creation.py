"""A new stream from a request body (SSF 1.0 section 8.1.1.1)."""

from collections.abc import Mapping
from dataclasses import dataclass

from ssf_registrar.domain.deliveries import parse_delivery
from ssf_registrar.domain.errors import InvalidRequestError, MissingScopeError
from ssf_registrar.domain.members import optional_text, text, text_or_texts, texts
from ssf_registrar.domain.streams import (
    ADMIN,
    SIGNING_ALGORITHMS,
    Caller,
    Delivery,
    Direction,
    Stream,
    direction_of,
)
from ssf_registrar.domain.subject_formats import subject_format

_LONGEST_DESCRIPTION = 1_000


@dataclass(frozen=True, slots=True)
class Fresh:
    """What chance and the clock give to a new stream."""

    stream_id: str
    created: int
    authorization_header: str


def new_stream(body: Mapping[str, object], caller: Caller, *, issuer: str, fresh: Fresh) -> Stream:
    """Return the stream that `caller` asks for.

    Transmitter-supplied members of the body are ignored, but an admin chooses `aud` and
    `signing_algorithm` too. A receive stream changes resources here, so it takes an admin.
    """
    delivery = parse_delivery(body, fresh_header=fresh.authorization_header)
    match direction_of(delivery):
        case Direction.TRANSMIT:
            return _transmit_stream(body, caller, delivery, issuer=issuer, fresh=fresh)
        case Direction.RECEIVE:
            return _receive_stream(body, caller, delivery, fresh=fresh)


def description(members: Mapping[str, object]) -> str | None:
    """Return the description, cut to what is kept of one (SSF 1.0 section 8.1.1)."""
    given = optional_text(members, "description")
    return None if given is None else given[:_LONGEST_DESCRIPTION]


def _transmit_stream(
    body: Mapping[str, object], caller: Caller, delivery: Delivery, *, issuer: str, fresh: Fresh
) -> Stream:
    chosen = body if caller.is_admin else {}
    own_audience = f"{issuer}/receivers/{caller.subject}"
    return Stream(
        tenant=caller.tenant,
        stream_id=fresh.stream_id,
        owner=caller.subject,
        iss=issuer,
        aud=text_or_texts(chosen, "aud") or (own_audience,),
        events_requested=texts(body, "events_requested"),
        delivery=delivery,
        description=description(body),
        signing_algorithm=_signing_algorithm(chosen),
        jwks_uri=None,
        created=fresh.created,
        subject_format=subject_format(body),
    )


def _receive_stream(
    body: Mapping[str, object], caller: Caller, delivery: Delivery, *, fresh: Fresh
) -> Stream:
    if not caller.is_admin:
        raise MissingScopeError(ADMIN, purpose="a receive stream")
    return Stream(
        tenant=caller.tenant,
        stream_id=fresh.stream_id,
        owner=caller.subject,
        iss=text(body, "iss"),
        aud=_required_aud(body),
        events_requested=texts(body, "events_requested"),
        delivery=delivery,
        description=description(body),
        signing_algorithm=None,
        jwks_uri=text(body, "issuerJWKSUrl"),
        created=fresh.created,
    )


def _required_aud(body: Mapping[str, object]) -> tuple[str, ...]:
    aud = text_or_texts(body, "aud")
    if not aud:
        raise InvalidRequestError(
            "aud is missing: it must say, in a string or an array of them,"
            " which audiences of the issuer's events this cluster is"
        )
    return aud


def _signing_algorithm(chosen: Mapping[str, object]) -> str:
    algorithm = optional_text(chosen, "signing_algorithm") or SIGNING_ALGORITHMS[0]
    if algorithm not in SIGNING_ALGORITHMS:
        raise InvalidRequestError(
            f"signing_algorithm must be one of {', '.join(SIGNING_ALGORITHMS)}"
        )
    return algorithm
