"""A new stream from a request body (SSF 1.0 section 8.1.1.1)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from secevent.keys import SIGNATURE_ALGORITHMS
from ssf_registrar.domain.deliveries import parse_delivery
from ssf_registrar.domain.errors import InvalidRequestError, MissingScopeError
from ssf_registrar.domain.exchange import Exchange, changed_exchange
from ssf_registrar.domain.liveness import Liveness, changed_liveness
from ssf_registrar.domain.members import optional_text, text, text_or_texts, texts
from ssf_registrar.domain.publishers import parse_publisher
from ssf_registrar.domain.routing import receive_routing, transmit_routing
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

    Transmitter-supplied members of the body are ignored, but an admin chooses `aud`,
    `signing_algorithm`, `route_mode` and those of its liveness too; and `iss`, where tokens of
    others are forwarded. A receive stream changes resources here, so it takes an admin.
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
    routing = transmit_routing(chosen)
    own_audience = f"{issuer}/receivers/{caller.subject}"
    return Stream(
        tenant=caller.tenant,
        stream_id=fresh.stream_id,
        owner=caller.subject,
        iss=text(body, "iss") if routing.forwards else issuer,
        aud=_required_aud(body)
        if routing.forwards
        else text_or_texts(chosen, "aud") or (own_audience,),
        events_requested=texts(body, "events_requested"),
        delivery=delivery,
        description=description(body),
        signing_algorithm=_signing_algorithm(chosen, SIGNING_ALGORITHMS) or SIGNING_ALGORITHMS[0],
        jwks_uri=None,
        created=fresh.created,
        exchange=_exchange(body, caller, delivery),
        liveness=changed_liveness(Liveness(), chosen),
        routing=routing,
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
        signing_algorithm=_signing_algorithm(body, sorted(SIGNATURE_ALGORITHMS)),
        jwks_uri=text(body, "issuerJWKSUrl"),
        created=fresh.created,
        exchange=_exchange(body, caller, delivery),
        publisher=parse_publisher(body),
        routing=receive_routing(body),
        subject_format=subject_format(body, transmits=False),
    )


def _required_aud(body: Mapping[str, object]) -> tuple[str, ...]:
    aud = text_or_texts(body, "aud")
    if not aud:
        raise InvalidRequestError(
            "aud is missing: it must say, in a string or an array of them,"
            " which audiences of the issuer's events this cluster is"
        )
    return aud


def _exchange(body: Mapping[str, object], caller: Caller, delivery: Delivery) -> Exchange:
    transmits = direction_of(delivery) is Direction.TRANSMIT
    return changed_exchange(Exchange(), body, transmits=transmits, is_admin=caller.is_admin)


def _signing_algorithm(chosen: Mapping[str, object], known: Sequence[str]) -> str | None:
    algorithm = optional_text(chosen, "signing_algorithm") or None
    if algorithm is not None and algorithm not in known:
        raise InvalidRequestError(f"signing_algorithm must be one of {', '.join(known)}")
    return algorithm
