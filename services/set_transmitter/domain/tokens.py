"""From an event record to the SET of one stream (RFC 8417 section 2, RFC 9967 section 2)."""

from collections.abc import Mapping

import orjson

from secevent.jws import split_compact
from secevent.provenance import Provenance
from secevent.scim_events import (
    ASYNC_RESPONSE,
    FEED_ADD,
    FEED_REMOVE,
    ProvisioningEvent,
    event_uri_and_payload,
)
from secevent.subjects import ScimSubject, scim_sub_id
from secevent.token import SecurityEventToken
from set_transmitter.domain.completions import Completion, completion_token
from set_transmitter.domain.events import Event
from set_transmitter.domain.signal_tokens import signal_token
from set_transmitter.domain.stream_events import URIS, stream_event_token
from set_transmitter.domain.streams import Stream


def security_event_token(event: Event, stream: Stream, *, jti: str, iat: int) -> SecurityEventToken:
    """Return the token that tells a stream's receiver of an event, as it is told of it."""
    if event.kind == "completion":
        completion = Completion(event.txn, event.subject_uri, event.data or b"{}")
        return completion_token(completion, iss=stream.iss, aud=stream.aud, jti=jti, iat=iat)
    if event.kind == "verification" or event.kind == "stream-updated":  # noqa: PLR1714  to narrow
        return stream_event_token(event, stream, jti=jti, iat=iat)
    if event.kind == "signal":
        return signal_token(event, stream, jti=jti, iat=iat)
    data = None if event.data is None else orjson.loads(event.data)
    uri, payload = _uri_and_payload(event, stream, data)
    return SecurityEventToken(
        iss=stream.iss,
        iat=iat,
        jti=jti,
        aud=stream.aud,
        sub_id=_sub_id(event),
        events={uri: payload},
        txn=event.txn or None,
        provenance=Provenance(
            clock=event.origin_clock,
            cluster=event.origin_cluster,
            lineage=event.lineage,
            version_before=event.version_before,
        ),
    )


def forwarded_claims(event: Event) -> dict[str, object]:
    """Return what a token that is forwarded says."""
    compact = (event.data or b"").decode()
    claims: dict[str, object] = orjson.loads(split_compact(compact, longest=len(compact)).payload)
    return claims


def event_type(event: Event, stream: Stream) -> str:
    """Return the URI by which a stream's receiver is told of an event, as it is told of it."""
    uri, _ = _uri_and_payload(event, stream, None if event.data is None else {})
    return uri


def _uri_and_payload(
    event: Event, stream: Stream, data: dict[str, object] | None
) -> tuple[str, dict[str, object]]:
    match event.kind:
        case "completion":
            return ASYNC_RESPONSE, {}
        case "verification" | "stream-updated" as kind:
            return URIS[kind], {}
        case "signal" | "forwarded":
            return event.event_type or (event.routed.event_uri if event.routed else ""), {}
        case "feed_add":
            return FEED_ADD, {}
        case "feed_remove":
            return FEED_REMOVE, {}
        case kind:
            version = event.version_after or None
            return event_uri_and_payload(
                ProvisioningEvent(kind, data, event.attributes, version), full=stream.is_full(kind)
            )


def _sub_id(event: Event) -> Mapping[str, object]:
    """Return the subject as it was received, but for an externalId that was erased since."""
    named = scim_sub_id(ScimSubject(event.subject_uri, event.external_id or None))
    if event.routed is None or not event.routed.sub_id:
        return named
    received: dict[str, object] = orjson.loads(event.routed.sub_id)
    if received.get("format") != "scim":
        return received
    return {**{name: received[name] for name in received if name != "externalId"}, **named}
