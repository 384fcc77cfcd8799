"""From a SET that was received to the events of the log that tell it on (RFC 9967 section 6)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Final

import orjson

from secevent.errors import SetError
from secevent.scim_events import ProvisioningEvent, parse_provisioning_event
from set_transmitter.domain.events import Event
from set_transmitter.domain.lanes import lane
from set_transmitter.domain.routed import Routed, statement_key

# They name a resource, and do not change.
_UNTOLD: Final = frozenset({"schemas", "id", "meta"})


class RouteMode(Enum):
    """How a SET goes on: as it came, or signed anew."""

    FORWARD = "FW"
    PUBLISH = "PB"


@dataclass(frozen=True, slots=True)
class ReceivedSet:
    """A verified SET; `events` has payloads by type, in the order in which to tell them.

    `origin_clock` counts microseconds since 1970; `lineage` ends with this cluster. `jwt` is empty
    but for what is forwarded.
    """

    tenant: str
    mode: RouteMode
    iss: str
    jti: str
    aud: tuple[str, ...]
    txn: str
    sub_id: Mapping[str, object]
    events: tuple[tuple[str, Mapping[str, object]], ...]
    origin_clock: int
    origin_cluster: str
    lineage: tuple[str, ...]
    version_before: str
    traceparent: str
    jwt: str = field(repr=False)

    @property
    def key(self) -> str:
        """The same for a repetition, and, where it has a txn, for copies that others have signed.

        What they say is in it, so that a transaction may say several things of one subject.
        """
        names = [self.txn] if self.txn else ["", self.iss, self.jti]
        statement = [self.tenant, self.sub_id, dict(self.events)]
        return statement_key(self.mode.value, names=names, statement=statement)


def events_to_log(received: ReceivedSet, *, now: int) -> list[Event]:
    """Return the events, in their order; `now`, in microseconds since 1970, is when they came."""
    if received.mode is RouteMode.FORWARD:
        return [_forwarded(received, now)]
    return [
        _published(received, number, uri, payload, now=now)
        for number, (uri, payload) in enumerate(received.events)
    ]


def _forwarded(received: ReceivedSet, now: int) -> Event:
    uris = " ".join(uri for uri, _ in received.events)
    return Event(
        tenant=received.tenant,
        kind="forwarded",
        resource_type="",
        subject_uri=lane(received.sub_id),
        external_id="",
        txn=received.txn,
        origin_clock=received.origin_clock,
        origin_cluster=received.origin_cluster,
        lineage=received.lineage,
        version_before="",
        version_after="",
        attributes=(),
        data=received.jwt.encode(),
        traceparent=received.traceparent,
        committed=now,
        routed=_routed(received, 0, uris),
    )


def _published(
    received: ReceivedSet, number: int, uri: str, payload: Mapping[str, object], *, now: int
) -> Event:
    told = _provisioning(received, uri, payload)
    external_id = received.sub_id.get("externalId")
    routed = _routed(received, number, uri)
    event = Event(
        tenant=received.tenant,
        kind="signal" if told is None else told.kind,
        resource_type="",
        subject_uri=lane(received.sub_id),
        external_id=external_id if isinstance(external_id, str) else "",
        txn=received.txn,
        origin_clock=received.origin_clock,
        origin_cluster=received.origin_cluster,
        lineage=received.lineage,
        version_before=received.version_before,
        version_after=(told.version or "") if told else "",
        attributes=_attributes(told) if told else (),
        data=orjson.dumps(payload) if told is None else _data(told),
        traceparent=received.traceparent,
        committed=now,
        routed=routed,
    )
    if told is not None:
        return event
    # the log has the subject once
    bare = replace(routed, sub_id=b"")
    return replace(event, event_type=uri, subject=routed.sub_id, routed=bare)


def _routed(received: ReceivedSet, number: int, event_uri: str) -> Routed:
    return Routed(
        key=f"{received.key}.{number}",
        event_uri=event_uri,
        sub_id=orjson.dumps(received.sub_id),
        issuer=received.iss,
        jti=received.jti,
        aud=received.aud,
    )


def _provisioning(
    received: ReceivedSet, uri: str, payload: Mapping[str, object]
) -> ProvisioningEvent | None:
    """Return what a provisioning event tells of a resource; None for any other."""
    if received.sub_id.get("format") != "scim":
        return None
    try:
        return parse_provisioning_event(uri, payload)
    except SetError:
        return None


def _data(told: ProvisioningEvent) -> bytes | None:
    return None if told.data is None else orjson.dumps(told.data)


def _attributes(told: ProvisioningEvent) -> tuple[str, ...]:
    """Return what a notice names, or names of what a full event has."""
    if told.attributes is not None or told.data is None:
        return told.attributes or ()
    if told.kind != "patch":
        return tuple(name for name in told.data if name not in _UNTOLD)
    return tuple(dict.fromkeys(name for each in _operations(told.data) for name in _names(each)))


def _operations(patch: Mapping[str, object]) -> list[Mapping[str, object]]:
    found = [value for name, value in patch.items() if name.lower() == "operations"]
    operations = found[0] if found and isinstance(found[0], list) else []
    return [each for each in operations if isinstance(each, dict)]


def _names(operation: Mapping[str, object]) -> tuple[str, ...]:
    """Return the attribute of an operation; without a path, those of its value."""
    path, value = operation.get("path"), operation.get("value")
    if isinstance(path, str) and path:
        return (path.partition("[")[0],)
    return tuple(value) if isinstance(value, dict) else ()
