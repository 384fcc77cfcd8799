"""From an event record to the SET of one stream (RFC 8417 section 2, RFC 9967 section 2)."""

import orjson

from secevent.provenance import Provenance
from secevent.scim_events import ASYNC_RESPONSE, ProvisioningEvent, event_uri_and_payload
from secevent.subjects import ScimSubject, scim_sub_id
from secevent.token import SecurityEventToken
from set_transmitter.domain.completions import Completion, completion_token
from set_transmitter.domain.events import Event
from set_transmitter.domain.signal_tokens import signal_token
from set_transmitter.domain.streams import Stream


def security_event_token(event: Event, stream: Stream, *, jti: str, iat: int) -> SecurityEventToken:
    """Return the token that tells a stream's receiver of an event."""
    if event.kind == "completion":
        completion = Completion(event.txn, event.subject_uri, event.data or b"{}")
        return completion_token(completion, iss=stream.iss, aud=stream.aud, jti=jti, iat=iat)
    if event.kind == "signal":
        return signal_token(event, stream, jti=jti, iat=iat)
    data = None if event.data is None else orjson.loads(event.data)
    uri, payload = event_uri_and_payload(
        ProvisioningEvent(event.kind, data, event.attributes, event.version_after or None),
        full=stream.is_full(event.kind),
    )
    return SecurityEventToken(
        iss=stream.iss,
        iat=iat,
        jti=jti,
        aud=stream.aud,
        sub_id=scim_sub_id(ScimSubject(event.subject_uri, event.external_id or None)),
        events={uri: payload},
        txn=event.txn,
        provenance=Provenance(
            clock=event.origin_clock,
            cluster=event.origin_cluster,
            lineage=event.lineage,
            version_before=event.version_before,
        ),
    )


def event_type(event: Event, stream: Stream) -> str:
    """Return the URI by which a stream's receiver is told of an event."""
    if event.kind == "completion":
        return ASYNC_RESPONSE
    if event.kind == "signal":
        return event.event_type
    data: dict[str, object] | None = None if event.data is None else {}
    uri, _ = event_uri_and_payload(
        ProvisioningEvent(event.kind, data, event.attributes, None), full=stream.is_full(event.kind)
    )
    return uri
