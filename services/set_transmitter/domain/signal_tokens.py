"""From a signal to the SET of one stream (SSF 1.0 section 4; CAEP 1.0, RISC 1.0)."""

import orjson

from secevent.provenance import Provenance
from secevent.risc_events import ABOUT_IDENTIFIERS
from secevent.token import SecurityEventToken
from set_transmitter.domain.events import Event
from set_transmitter.domain.streams import Stream, SubjectFormat


def signal_token(event: Event, stream: Stream, *, jti: str, iat: int) -> SecurityEventToken:
    """Return the token.

    What a change made, and what was sent on, says where it has been: a cluster to which it comes
    back reacts to it no more, and sends it on no more.
    """
    return SecurityEventToken(
        iss=stream.iss,
        iat=iat,
        jti=jti,
        aud=stream.aud,
        sub_id=_sub_id(event, stream),
        events={event.event_type: {} if event.data is None else orjson.loads(event.data)},
        txn=event.txn or None,
        provenance=_provenance(event),
    )


def _provenance(event: Event) -> Provenance | None:
    if not event.lineage:
        return None
    return Provenance(
        clock=event.origin_clock,
        cluster=event.origin_cluster,
        lineage=event.lineage,
        version_before=event.version_before,
    )


def _sub_id(event: Event, stream: Stream) -> dict[str, object]:
    by_email = stream.subject_format is SubjectFormat.EMAIL
    is_fixed = not event.is_derived or event.event_type in ABOUT_IDENTIFIERS
    if event.subject is not None and (by_email or is_fixed):
        given: dict[str, object] = orjson.loads(event.subject)
        return given
    return {"format": "iss_sub", "iss": stream.iss, "sub": event.resource_id}
