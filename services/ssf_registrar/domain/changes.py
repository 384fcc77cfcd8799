"""Changes of a stream (SSF 1.0 sections 8.1.1.3 and 8.1.1.4) and of its status (8.1.2)."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from ssf_registrar.domain import publishers
from ssf_registrar.domain.configuration import Origins, configuration
from ssf_registrar.domain.creation import description
from ssf_registrar.domain.deliveries import changed_delivery
from ssf_registrar.domain.errors import InvalidRequestError
from ssf_registrar.domain.exchange import changed_exchange, receiver_keys_url
from ssf_registrar.domain.liveness import LIVENESS_MEMBERS, changed_liveness
from ssf_registrar.domain.members import optional_text, text, texts
from ssf_registrar.domain.routing import MEMBERS as ROUTING_MEMBERS
from ssf_registrar.domain.routing import changed_routing
from ssf_registrar.domain.streams import Direction, Push, ReceivePoll, Status, Stream
from ssf_registrar.domain.subject_formats import SUBJECT_FORMAT, subject_format

RECEIVER_SUPPLIED: Final = ("events_requested", "delivery", "description", SUBJECT_FORMAT)
TRANSMITTER_SUPPLIED: Final = (
    "iss",
    "aud",
    "events_supported",
    "events_delivered",
    "min_verification_interval",
    "inactivity_timeout",
    "signing_algorithm",
    "issuerJWKSUrl",
)
_LONGEST_REASON: Final = 1_000


def patched(
    stream: Stream,
    body: Mapping[str, object],
    *,
    origins: Origins,
    fresh_header: str,
    is_admin: bool,
) -> Stream:
    """Return `stream` with the receiver-supplied members that the body has; null deletes one.

    An admin sets those of a transmit stream's liveness, too.
    """
    is_ours = is_admin and stream.direction is Direction.TRANSMIT
    settable = (*RECEIVER_SUPPLIED, *ROUTING_MEMBERS, *(LIVENESS_MEMBERS if is_ours else ()))
    given = {name: body[name] for name in settable if name in body}
    others = {name: value for name, value in body.items() if name not in given}
    _check_transmitter_supplied(stream, others, origins)
    changed = _with_exchange(stream, body, is_admin=is_admin)
    return _revised(
        stream, _with_members(changed, given, fresh_header=fresh_header, is_admin=is_admin)
    )


def replaced(
    stream: Stream,
    body: Mapping[str, object],
    *,
    origins: Origins,
    fresh_header: str,
    is_admin: bool,
) -> Stream:
    """Return `stream` with the body's receiver-supplied members and no others."""
    given = {name: body.get(name) for name in RECEIVER_SUPPLIED}
    # they are an administrator's, so another's replacement does not delete them
    given |= {name: body.get(name) for name in ROUTING_MEMBERS if is_admin or name in body}
    _check_transmitter_supplied(stream, body, origins)
    changed = _with_exchange(stream, body, is_admin=is_admin)
    return _revised(
        stream, _with_members(changed, given, fresh_header=fresh_header, is_admin=is_admin)
    )


def with_status(stream: Stream, body: Mapping[str, object]) -> Stream:
    """Return `stream` with the status and reason of the body."""
    given = text(body, "status")
    try:
        status = Status(given)
    except ValueError:
        raise InvalidRequestError(f"status must be one of {', '.join(Status)}") from None
    reason = optional_text(body, "reason")
    return _revised(
        stream,
        replace(stream, status=status, status_reason=reason and reason[:_LONGEST_REASON]),
    )


def with_transmitters_status(
    stream: Stream, status: Status, *, reason: str, expected: Status
) -> Stream:
    """Return `stream` with the status that its transmitter wants; the very same if it has another.

    What somebody else has decided since is not undone: `expected` is what the status was then.
    """
    if stream.status is not expected:
        return stream
    reason = reason[:_LONGEST_REASON]
    return _revised(stream, replace(stream, status=status, status_reason=reason or None))


def outbound_urls(stream: Stream) -> dict[str, str]:
    """Return the URLs that the stream makes this cluster call, by the member that gave each."""
    urls = receiver_keys_url(stream.exchange)
    if stream.jwks_uri is not None:
        urls = {**urls, "issuerJWKSUrl": stream.jwks_uri}
    if stream.publisher is not None:
        urls = {**urls, publishers.BASE_URL: stream.publisher.scim_base_url}
    match stream.delivery:
        case Push(url, _) | ReceivePoll(url, _):
            return {**urls, "delivery.endpoint_url": url}
        case _:
            return urls


def _with_members(
    stream: Stream, given: Mapping[str, object], *, fresh_header: str, is_admin: bool
) -> Stream:
    changed = stream
    if "events_requested" in given:
        changed = replace(changed, events_requested=texts(given, "events_requested"))
    if "description" in given:
        changed = replace(changed, description=description(given))
    if SUBJECT_FORMAT in given:
        transmits = stream.direction is Direction.TRANSMIT
        changed = replace(changed, subject_format=subject_format(given, transmits=transmits))
    if "delivery" in given:
        delivery = changed_delivery(stream.delivery, given, fresh_header=fresh_header)
        changed = replace(changed, delivery=delivery)
    if not given.keys().isdisjoint(ROUTING_MEMBERS):
        receives = stream.direction is Direction.RECEIVE
        routing = changed_routing(stream.routing, given, receives=receives, is_admin=is_admin)
        changed = replace(changed, routing=routing)
    return replace(changed, liveness=changed_liveness(changed.liveness, given))


def _with_exchange(stream: Stream, body: Mapping[str, object], *, is_admin: bool) -> Stream:
    transmits = stream.direction is Direction.TRANSMIT
    exchange = changed_exchange(stream.exchange, body, transmits=transmits, is_admin=is_admin)
    return replace(stream, exchange=exchange)


def _revised(stream: Stream, changed: Stream) -> Stream:
    """Give back the very same stream when nothing changed, so that there is nothing to store."""
    return stream if changed == stream else replace(changed, revision=stream.revision + 1)


def _check_transmitter_supplied(
    stream: Stream, body: Mapping[str, object], origins: Origins
) -> None:
    current = configuration(stream, origins)
    for name in TRANSMITTER_SUPPLIED:
        if name in body and not _equal(body[name], current.get(name)):
            raise InvalidRequestError(
                f"{name} is the transmitter's to set: leave it out, or send it as it is now"
            )


def _equal(given: object, current: object) -> bool:
    """Compare arrays as sets, and a lone string with an array of one."""
    if not isinstance(current, list):
        return given == current
    elements = given if isinstance(given, list) else [given]
    return all(element in current for element in elements) and all(
        element in elements for element in current
    )
