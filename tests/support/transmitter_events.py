"""Events and streams as set-transmitter knows them, to be varied."""

from dataclasses import replace
from typing import Any

from secevent.scim_events import CREATE_FULL, DELETE, PATCH_FULL
from set_transmitter.domain.backlog import Pending
from set_transmitter.domain.events import Event, LoggedEvent
from set_transmitter.domain.stream_events import (
    StatusChange,
    VerificationRequest,
    stream_updated_event,
)
from set_transmitter.domain.streams import CLOCK_TOLERANCE, DeliveryMethod, Stream, StreamStatus

NOW = 1_780_000_000_000_000

_EVENT = Event(
    tenant="default",
    kind="create",
    resource_type="User",
    subject_uri="/Users/ann",
    external_id="e-1",
    txn="txn-1",
    origin_clock=NOW,
    origin_cluster="aaaaaaaa",
    lineage=("aaaaaaaa",),
    version_before="",
    version_after='W/"1-aaaaaaaa"',
    attributes=("id", "userName"),
    data=b'{"id":"ann","userName":"ann@example.com"}',
    traceparent="",
    committed=NOW,
)
_STREAM = Stream(
    tenant="default",
    stream_id="abcdefghijkl",
    iss="https://issuer.example",
    aud=("https://receiver.example",),
    events_delivered=frozenset({CREATE_FULL, PATCH_FULL, DELETE}),
    method=DeliveryMethod.PUSH,
    endpoint_url="https://receiver.example/events",
    authorization_header="Bearer a-secret",
    status=StreamStatus.ENABLED,
    signing_algorithm="ES256",
    created=NOW - 60_000_000,
)


def an_event(**changes: Any) -> Event:
    """Return the creation of a user, but for the changes."""
    return replace(_EVENT, **changes)


def logged(position: int, **changes: Any) -> LoggedEvent:
    """Return an event at a position."""
    return LoggedEvent(position, an_event(**changes))


def pending(position: int, subject: str = "ann", *, jwt: str | None = None) -> Pending:
    """Return a pending event about a user."""
    return Pending(logged(position, subject_uri=f"/Users/{subject}"), jwt)


def a_stream(**changes: Any) -> Stream:
    """Return an enabled push stream of full events, but for the changes."""
    return replace(_STREAM, **changes)


def created_at(moment: int) -> int:
    """Return the creation time of a stream whose events begin at a moment."""
    return moment + CLOCK_TOLERANCE


def a_request(stream: Stream = _STREAM, **changes: Any) -> VerificationRequest:
    """Return a request for a verification event of a stream, but for the changes."""
    request = VerificationRequest(stream.tenant, stream.stream_id, "txn-v", "a state", NOW)
    return replace(request, **changes)


def an_announcement(stream: Stream = _STREAM, **changes: Any) -> tuple[StatusChange, Event]:
    """Return the pausing of a stream, but for the changes, and the event that tells of it."""
    change = StatusChange(
        stream.tenant,
        stream.stream_id,
        StreamStatus.PAUSED,
        "upgrade",
        StreamStatus.ENABLED,
        NOW,
    )
    change = replace(change, **changes)
    return change, stream_updated_event(change, txn="txn-u", begins=stream.begins)
