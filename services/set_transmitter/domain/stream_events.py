"""What a stream's receiver is told of the stream itself (SSF 1.0 sections 8.1.4 and 8.1.5)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import orjson

from secevent.ssf_events import STREAM_UPDATED, VERIFICATION, stream_subject
from secevent.token import SecurityEventToken
from set_transmitter.domain.events import Event, EventKind
from set_transmitter.domain.streams import Stream, StreamStatus

URIS: Final[Mapping[EventKind, str]] = {
    "verification": VERIFICATION,
    "stream-updated": STREAM_UPDATED,
}


@dataclass(frozen=True, slots=True)
class VerificationRequest:
    """The receiver of a stream wants one verification event, with this state if it is not None."""

    tenant: str
    stream_id: str
    txn: str
    state: str | None = field(repr=False)
    requested: int
    """Microseconds since 1970, by the clock that says when the stream was made."""


@dataclass(frozen=True, slots=True)
class StatusChange:
    """A status that the transmitter wants: its receiver is told before, and then it is set."""

    tenant: str
    stream_id: str
    status: StreamStatus
    reason: str
    expected: StreamStatus
    """What the status was when this was decided: if it is another by then, nothing is set."""
    asked: int
    """Microseconds since 1970."""


@dataclass(frozen=True, slots=True)
class AnnouncedChange:
    """A change, and where in the log the event is that tells of it."""

    change: StatusChange
    position: int


def verification_event(request: VerificationRequest) -> Event:
    """Return the event that answers a request."""
    payload = {} if request.state is None else {"state": request.state}
    return _event(
        "verification",
        request.tenant,
        payload,
        txn=request.txn,
        committed=request.requested,
    )


def stream_updated_event(change: StatusChange, *, txn: str, begins: int) -> Event:
    """Return the event that tells of a change; `begins` is when the stream's time has begun."""
    reason = {"reason": change.reason} if change.reason else {}
    return _event(
        "stream-updated",
        change.tenant,
        {"status": change.status.value, **reason},
        txn=txn,
        committed=max(change.asked, begins),
    )


def loss_event(stream: Stream, events: int, *, txn: str, now: int) -> Event:
    """Return the event that tells of events that the stream's receiver will never have.

    The status stays as it is. `now` is in microseconds since 1970.
    """
    reason = (
        f"{events} events that were not acknowledged were removed by a hard limit of retention:"
        " the receiver may lack changes, which a snapshot brings"
    )
    return _event(
        "stream-updated",
        stream.tenant,
        {"status": stream.status.value, "reason": reason},
        txn=txn,
        committed=max(now, stream.begins),
    )


def stream_event_token(event: Event, stream: Stream, *, jti: str, iat: int) -> SecurityEventToken:
    """Return the token; it has no provenance, as no resource was changed."""
    return SecurityEventToken(
        iss=stream.iss,
        iat=iat,
        jti=jti,
        aud=stream.aud,
        sub_id=stream_subject(stream.stream_id),
        events={URIS[event.kind]: orjson.loads(event.data or b"{}")},
        txn=event.txn,
        provenance=None,
    )


def _event(
    kind: EventKind, tenant: str, payload: Mapping[str, str], *, txn: str, committed: int
) -> Event:
    """Return an event about no resource: those of one stream are in an order of their own."""
    return Event(
        tenant=tenant,
        kind=kind,
        resource_type="",
        subject_uri="",
        external_id="",
        txn=txn,
        origin_clock=0,
        origin_cluster="",
        lineage=(),
        version_before="",
        version_after="",
        attributes=(),
        data=orjson.dumps(payload),
        traceparent="",
        committed=committed,
    )
