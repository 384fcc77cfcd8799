"""What a received event tells of, as a change for the store."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto

import orjson

from secevent.scim_events import ProvisioningEvent, ProvisioningKind, parse_provisioning_event
from secevent.subjects import resource_of, scim_subject
from secevent.token import SecurityEventToken, parse_claims
from set_receiver.domain.receipts import Arrival

NOTICE_REASON = (
    "NOTICE: the event names what changed without its data (RFC 9967 section 2.4), and fetching"
    " from the publisher is not supported"
)
NOT_PROVISIONING_REASON = "NOT_PROVISIONING: the event tells of no change of a SCIM resource"
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


Treatment = Applicable | Ignored | Inapplicable

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


def told_in_order(event: ProvisioningEvent) -> int:
    """Return the place of an event among those of one SET."""
    return _ORDER[event.kind]


def check_provisioning(token: SecurityEventToken) -> None:
    """Raise `InvalidRequestError` when a provisioning event does not name one resource."""
    if _provisioning_events(token):
        resource_of(token.sub_id)


def treatment(token: SecurityEventToken, *, resource_types: Mapping[str, str]) -> Treatment:
    """Return what is to become of a SET that was received; `resource_types` has names by endpoint.

    Raises as `check_provisioning` does.
    """
    events = _provisioning_events(token)
    if not events:
        return Ignored(NOT_PROVISIONING_REASON)
    endpoint, _ = resource_of(token.sub_id)
    if not any(_tells_enough(event) for event in events):
        return Ignored(NOTICE_REASON)
    if endpoint not in resource_types:
        return Inapplicable(f"{UNKNOWN_RESOURCE_TYPE}: there is no endpoint {endpoint} here")
    return Applicable()


def foreign_changes(
    token: SecurityEventToken, arrival: Arrival, *, resource_types: Mapping[str, str]
) -> tuple[ForeignChange, ...]:
    """Return the changes that an applicable SET tells of, in the order to apply them."""
    events = [event for event in _provisioning_events(token) if _tells_enough(event)]
    events.sort(key=told_in_order)
    return tuple(
        _foreign_change(token, event, arrival, resource_types=resource_types) for event in events
    )


def stored_token(compact: str) -> SecurityEventToken:
    """Return the claims of a token that was verified when it arrived."""
    payload = compact.split(".")[1]
    padding = "=" * (-len(payload) % 4)
    return parse_claims(orjson.loads(base64.urlsafe_b64decode(payload + padding)))


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
    )


def _provisioning_events(token: SecurityEventToken) -> list[ProvisioningEvent]:
    parsed = (parse_provisioning_event(uri, payload) for uri, payload in token.events.items())
    return [event for event in parsed if event is not None]


def _tells_enough(event: ProvisioningEvent) -> bool:
    return event.attributes is None
