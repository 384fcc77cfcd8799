"""A stream as configuration object (SSF 1.0 section 8.1.1) and status object (8.1.2)."""

from dataclasses import dataclass
from typing import Final

from ssf_registrar.domain.events import events_supported
from ssf_registrar.domain.exchange import exchange_members
from ssf_registrar.domain.liveness import liveness_members
from ssf_registrar.domain.publishers import publisher_member
from ssf_registrar.domain.routing import routing_members
from ssf_registrar.domain.streams import (
    Delivery,
    Direction,
    Poll,
    Push,
    ReceivePoll,
    ReceivePush,
    Stream,
)
from ssf_registrar.domain.subject_formats import SUBJECT_FORMAT

PUSH: Final = "urn:ietf:rfc:8935"
POLL: Final = "urn:ietf:rfc:8936"
RECEIVE_PUSH: Final = "urn:ietf:rfc:8935:receive"
RECEIVE_POLL: Final = "urn:ietf:rfc:8936:receive"


@dataclass(frozen=True, slots=True)
class Origins:
    """The public origins of the faces that a configuration names, without a trailing slash."""

    issuer: str
    transmitter: str
    receiver: str


def configuration(stream: Stream, origins: Origins) -> dict[str, object]:
    """Return the configuration object, for its owner's eyes: it holds the authorization header."""
    members: dict[str, object | None] = {
        "stream_id": stream.stream_id,
        "iss": stream.iss,
        "aud": list(stream.aud),
        "delivery": _delivery(stream, origins),
        "events_supported": list(events_supported(stream.events_requested)),
        "events_requested": list(stream.events_requested),
        "events_delivered": list(stream.events_delivered),
        "description": stream.description,
        "signing_algorithm": stream.signing_algorithm,
        SUBJECT_FORMAT: (
            stream.subject_format.value if stream.direction is Direction.TRANSMIT else None
        ),
        "issuerJWKSUrl": stream.jwks_uri,
        **stream.feed.members,
        **exchange_members(stream.exchange),
        **(liveness_members(stream.liveness) if stream.direction is Direction.TRANSMIT else {}),
        "publisher": publisher_member(stream.publisher),
        **routing_members(stream.routing),
    }
    return {name: value for name, value in members.items() if value is not None}


def status(stream: Stream) -> dict[str, object]:
    """Return the status object."""
    members = {
        "stream_id": stream.stream_id,
        "status": stream.status.value,
        "reason": stream.status_reason,
    }
    return {name: value for name, value in members.items() if value is not None}


def endpoint_url(stream: Stream, origins: Origins) -> str:
    """Return where SETs are pushed to, or polled from."""
    match stream.delivery:
        case Push(url, _) | ReceivePoll(url, _):
            return url
        case Poll():
            return f"{origins.transmitter}/ssf/poll/{stream.stream_id}"
        case ReceivePush():
            return f"{origins.receiver}/events/{stream.stream_id}"


def authorization_header(delivery: Delivery) -> str | None:
    """Return the secret of a delivery, where it has one."""
    match delivery:
        case Poll():
            return None
        case Push() | ReceivePush() | ReceivePoll():
            return delivery.authorization_header


def method(delivery: Delivery) -> str:
    """Return the delivery method's URI; that of a receive stream is our own."""
    match delivery:
        case Push():
            return PUSH
        case Poll():
            return POLL
        case ReceivePush():
            return RECEIVE_PUSH
        case ReceivePoll():
            return RECEIVE_POLL


def _delivery(stream: Stream, origins: Origins) -> dict[str, object]:
    members: dict[str, object] = {
        "method": method(stream.delivery),
        "endpoint_url": endpoint_url(stream, origins),
    }
    header = authorization_header(stream.delivery)
    return members if header is None else {**members, "authorization_header": header}
