"""From an event record to the SET of one stream (RFC 8417 section 2, RFC 9967 section 2)."""

from collections.abc import Mapping

import orjson

from secevent.provenance import Provenance
from secevent.scim_events import ASYNC_RESPONSE, ProvisioningEvent, event_uri_and_payload
from secevent.subjects import ScimSubject, scim_sub_id
from secevent.token import SecurityEventToken
from set_transmitter.domain.completions import Completion, completion_token
from set_transmitter.domain.events import Event
from set_transmitter.domain.streams import Stream


def security_event_token(event: Event, stream: Stream, *, jti: str, iat: int) -> SecurityEventToken:
    """Return the token that tells a stream's receiver of an event."""
    data = None if event.data is None else orjson.loads(event.data)
    match event.kind:
        case "completion":
            completion = Completion(event.txn, event.subject_uri, event.data or b"{}")
            return completion_token(completion, iss=stream.iss, aud=stream.aud, jti=jti, iat=iat)
        case "signal" | "forwarded":
            return _token(event, stream, {event_type(event, stream): data or {}}, jti=jti, iat=iat)
    uri, payload = event_uri_and_payload(
        ProvisioningEvent(event.kind, data, event.attributes, event.version_after or None),
        full=stream.is_full(event.kind),
    )
    return _token(event, stream, {uri: payload}, jti=jti, iat=iat)


def _token(
    event: Event,
    stream: Stream,
    events: Mapping[str, Mapping[str, object]],
    *,
    jti: str,
    iat: int,
) -> SecurityEventToken:
    return SecurityEventToken(
        iss=stream.iss,
        iat=iat,
        jti=jti,
        aud=stream.aud,
        sub_id=_sub_id(event),
        events=events,
        txn=event.txn or None,
        provenance=Provenance(
            clock=event.origin_clock,
            cluster=event.origin_cluster,
            lineage=event.lineage,
            version_before=event.version_before,
        ),
    )


def event_type(event: Event, stream: Stream) -> str:
    """Return the URI by which a stream's receiver is told of an event."""
    match event.kind:
        case "completion":
            return ASYNC_RESPONSE
        case "signal" | "forwarded":
            return event.routed.event_uri if event.routed else ""
    data: dict[str, object] | None = None if event.data is None else {}
    uri, _ = event_uri_and_payload(
        ProvisioningEvent(event.kind, data, event.attributes, None), full=stream.is_full(event.kind)
    )
    return uri


def _sub_id(event: Event) -> Mapping[str, object]:
    """Return the subject as it was received, but for an externalId that was erased since."""
    named = scim_sub_id(ScimSubject(event.subject_uri, event.external_id or None))
    if event.routed is None or not event.routed.sub_id:
        return named
    received: dict[str, object] = orjson.loads(event.routed.sub_id)
    if received.get("format") != "scim":
        return received
    return {**{name: received[name] for name in received if name != "externalId"}, **named}
