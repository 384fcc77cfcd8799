"""From a signal to the SET of one stream (SSF 1.0 section 4; CAEP 1.0, RISC 1.0)."""

import orjson

from secevent.risc_events import ABOUT_IDENTIFIERS
from secevent.token import SecurityEventToken
from set_transmitter.domain.events import Event
from set_transmitter.domain.streams import Stream, SubjectFormat


def signal_token(event: Event, stream: Stream, *, jti: str, iat: int) -> SecurityEventToken:
    """Return the token; it has no provenance, as the change that it may tell of is told apart."""
    return SecurityEventToken(
        iss=stream.iss,
        iat=iat,
        jti=jti,
        aud=stream.aud,
        sub_id=_sub_id(event, stream),
        events={event.event_type: {} if event.data is None else orjson.loads(event.data)},
        txn=event.txn,
        provenance=None,
    )


def _sub_id(event: Event, stream: Stream) -> dict[str, object]:
    by_email = stream.subject_format is SubjectFormat.EMAIL
    is_fixed = event.is_published or event.event_type in ABOUT_IDENTIFIERS
    if event.subject is not None and (by_email or is_fixed):
        given: dict[str, object] = orjson.loads(event.subject)
        return given
    return {"format": "iss_sub", "iss": stream.iss, "sub": event.resource_id}
