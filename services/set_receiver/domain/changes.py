"""What a received event tells of, as a change for the store."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto

import orjson

from secevent.base64url import decoded
from secevent.errors import SetError
from secevent.legacy import modern_claims
from secevent.scim_events import (
    FEED_ADD,
    FEED_REMOVE,
    ProvisioningEvent,
    ProvisioningKind,
    is_provisioning,
    parse_provisioning_event,
)
from secevent.ssf_events import StreamUpdated, Verification, stream_event_of
from secevent.subjects import resource_of, scim_subject
from secevent.token import SecurityEventToken, parse_claims
from set_receiver.domain.receipts import Arrival

NOTICE_REASON = (
    "NOTICE: the event names what changed without its data (RFC 9967 section 2.4), and the stream"
    " has no publisher to fetch it from"
)
LINKED_REASON = "LINKED: the resource is in the feed; the stream has no publisher to fetch it from"
UNLINKED_REASON = "UNLINKED: the resource is in the feed no more; it stays here"
NOT_PROVISIONING_REASON = "NOT_PROVISIONING: the event tells of no change of a SCIM resource"
VERIFICATION_REASON = "VERIFICATION: the transmitter has shown that its stream works"
UNKNOWN_RESOURCE_TYPE = "UNKNOWN_RESOURCE_TYPE"


class ChangeKind(Enum):
    """What was done to the resource."""

    CREATE = auto()
    REPLACE = auto()
    PATCH = auto()
    DELETE = auto()
    ACTIVATE = auto()
    DEACTIVATE = auto()


@dataclass(frozen=True, slots=True)
class ForeignChange:
    """A change that was made elsewhere; `clock` 0 and `cluster` "" when the event has no stamp."""

    tenant: str
    issuer_group: str
    txn: str
    resource_type: str
    resource_id: str
    kind: ChangeKind
    version: str
    data: bytes
    """A JSON object: the representation, or the PatchOp message; empty for the other kinds."""
    clock: int
    cluster: str
    lineage: tuple[str, ...]
    external_id: str
    traceparent: str
    version_before: str = ""
    """The publisher's version that was changed; empty when the event does not say."""
    routed: bool = False
    """It has gone on as it was received, so nothing more is to be told of it."""


@dataclass(frozen=True, slots=True)
class Applicable:
    """It is to be applied."""


@dataclass(frozen=True, slots=True)
class Ignored:
    """It is none of those that this cluster acts on."""

    reason: str


@dataclass(frozen=True, slots=True)
class Inapplicable:
    """It ought to be applied and never can be."""

    reason: str


@dataclass(frozen=True, slots=True)
class Fetchable:
    """The resource is to be fetched from the publisher."""


@dataclass(frozen=True, slots=True)
class Relinked:
    """It says nothing of the resource but whether it is in the feed (RFC 9967 section 2.3)."""

    is_linked: bool
    reason: str


Treatment = Applicable | Fetchable | Ignored | Inapplicable | Relinked

# One SET may tell facets of one change (RFC 8417 section 2.2): data first, then what follows.
_ORDER: Mapping[ProvisioningKind, int] = {
    "create": 0,
    "put": 1,
    "patch": 2,
    "activate": 3,
    "deactivate": 4,
    "delete": 5,
}
_KINDS: Mapping[ProvisioningKind, ChangeKind] = {
    "create": ChangeKind.CREATE,
    "put": ChangeKind.REPLACE,
    "patch": ChangeKind.PATCH,
    "activate": ChangeKind.ACTIVATE,
    "deactivate": ChangeKind.DEACTIVATE,
    "delete": ChangeKind.DELETE,
}


def event_types(token: SecurityEventToken) -> str:
    """Return the URIs in `events`, separated by spaces."""
    return " ".join(token.events)


def told_in_order(event: ProvisioningEvent) -> int:
    """Return the place of an event among those of one SET."""
    return _ORDER[event.kind]


def check_provisioning(token: SecurityEventToken) -> None:
    """Raise `InvalidRequestError` when an event of a resource, as `verify` lets it, names none."""
    if any(map(is_provisioning, token.events)) or is_feed_event(token):
        resource_of(token.sub_id)


def is_feed_event(token: SecurityEventToken) -> bool:
    """Tell whether a SET says that a resource has come into the feed, or has left it."""
    return FEED_ADD in token.events or FEED_REMOVE in token.events


def wants_fetch(token: SecurityEventToken) -> bool:
    """Tell whether a SET is about data that it does not have."""
    events = _provisioning_events(token)
    if any(event.kind == "delete" or _is_representation(event) for event in events):
        return False
    return FEED_ADD in token.events or not all(map(_tells_enough, events))


def treatment(
    token: SecurityEventToken, *, resource_types: Mapping[str, str], can_fetch: bool
) -> Treatment:
    """Return what is to become of a SET that was received; `resource_types` has names by endpoint.

    Raises as `check_provisioning` does.
    """
    events = _provisioning_events(token)
    if not events and not is_feed_event(token):
        return Ignored(_what_else(token))
    endpoint, _ = resource_of(token.sub_id)
    has_changes = any(map(_tells_enough, events))
    if not has_changes and not (can_fetch and wants_fetch(token)):
        return _without_changes(token)
    if endpoint not in resource_types:
        return Inapplicable(f"{UNKNOWN_RESOURCE_TYPE}: there is no endpoint {endpoint} here")
    return Fetchable() if can_fetch and wants_fetch(token) else Applicable()


def _without_changes(token: SecurityEventToken) -> Treatment:
    if FEED_REMOVE in token.events:
        return Relinked(is_linked=False, reason=UNLINKED_REASON)
    if FEED_ADD in token.events:
        return Relinked(is_linked=True, reason=LINKED_REASON)
    return Ignored(NOTICE_REASON)


def _what_else(token: SecurityEventToken) -> str:
    """Return why a SET without a provisioning event changes nothing."""
    match stream_event_of(token.sub_id, token.events):
        case Verification():
            return VERIFICATION_REASON
        case StreamUpdated(status, reason):
            why = f", since: {reason}" if reason else ""
            return f"STREAM_UPDATED: the transmitter has set its stream to {status}{why}"
        case None:
            return NOT_PROVISIONING_REASON


def foreign_changes(
    token: SecurityEventToken, arrival: Arrival, *, resource_types: Mapping[str, str]
) -> tuple[ForeignChange, ...]:
    """Return the changes that an applicable SET tells of, in the order to apply them."""
    events = [event for event in _provisioning_events(token) if _tells_enough(event)]
    events.sort(key=told_in_order)
    return tuple(
        _foreign_change(token, event, arrival, resource_types=resource_types) for event in events
    )


def stored_token(arrival: Arrival) -> SecurityEventToken:
    """Return the claims of a token that was verified when it arrived, as it was understood then."""
    claims_set = _claims_set(arrival)
    as_it_is = _as_it_is(claims_set, arrival)
    if as_it_is is not None:
        return as_it_is
    return parse_claims(modern_claims(claims_set, received=arrival.received // 1_000_000))


def is_legacy(arrival: Arrival) -> bool:
    """Tell whether a stored token was understood as the drafts before RFC 9967 have it."""
    return _as_it_is(_claims_set(arrival), arrival) is None


def _claims_set(arrival: Arrival) -> dict[str, object]:
    claims_set: dict[str, object] = orjson.loads(decoded(arrival.token.split(".")[1].encode()))
    return claims_set


def _as_it_is(claims_set: Mapping[str, object], arrival: Arrival) -> SecurityEventToken | None:
    """Return a token that needs no other reading than RFC 9967; None for one of a legacy stream.

    By the events that it was taken in for, one is known whose spelling was another. So on a stream
    that did not accept such, they stay without effect.
    """
    try:
        token = parse_claims(claims_set)
        _provisioning_events(token)
    except SetError:
        return None
    return token if event_types(token) == arrival.event_type else None


def _foreign_change(
    token: SecurityEventToken,
    event: ProvisioningEvent,
    arrival: Arrival,
    *,
    resource_types: Mapping[str, str],
) -> ForeignChange:
    endpoint, resource_id = resource_of(token.sub_id)
    provenance = token.provenance
    return ForeignChange(
        tenant=arrival.tenant,
        issuer_group=token.iss,
        # without a txn nothing but the jti tells one change from another
        txn=token.txn or token.jti,
        resource_type=resource_types[endpoint],
        resource_id=resource_id,
        kind=_KINDS[event.kind],
        version=event.version or "",
        data=b"" if event.data is None else orjson.dumps(event.data),
        clock=provenance.clock if provenance else 0,
        cluster=provenance.cluster if provenance else "",
        lineage=provenance.lineage if provenance else (),
        external_id=scim_subject(token.sub_id).external_id or "",
        traceparent=arrival.traceparent,
        version_before=provenance.version_before if provenance else "",
    )


def _provisioning_events(token: SecurityEventToken) -> list[ProvisioningEvent]:
    parsed = (parse_provisioning_event(uri, payload) for uri, payload in token.events.items())
    return [event for event in parsed if event is not None]


def _is_representation(event: ProvisioningEvent) -> bool:
    return event.kind in {"create", "put"} and event.data is not None


def _tells_enough(event: ProvisioningEvent) -> bool:
    return event.attributes is None
