"""Neutral event records: what the log holds, before it is known who will be told."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal
from urllib.parse import unquote

import orjson

from secevent.scim_events import ProvisioningKind
from set_transmitter.domain.routed import Routed

Activation = Literal["activate", "deactivate"]
EventKind = (
    Literal[
        "completion",
        "feed_add",
        "feed_remove",
        "verification",
        "stream-updated",
        "signal",
        "forwarded",
    ]
    | ProvisioningKind
)
"""A completion tells what became of an asynchronous request (RFC 9967 section 2.5).

A resource enters and leaves the feed of a stream, so the log holds neither of that. The next two
are of a stream itself, and logged for it alone (SSF 1.0 sections 8.1.4 and 8.1.5).

A signal is an event of another type than those of provisioning, and has its payload as data. What
is forwarded is a SET as it was received, and has its compact serialization as data.
"""


@dataclass(frozen=True, slots=True)
class Event:
    """What was done to one resource. `data` is ready JSON, or None when there is none to tell.

    A completion, and what is of a stream itself, has the payload of its event as data; nothing was
    done to a resource by it.
    Times count microseconds since 1970; `lineage` has the origin's cluster first.
    """

    tenant: str
    kind: EventKind
    resource_type: str
    subject_uri: str
    external_id: str
    txn: str
    origin_clock: int
    origin_cluster: str
    lineage: tuple[str, ...]
    version_before: str
    version_after: str
    attributes: tuple[str, ...]
    data: bytes | None
    traceparent: str
    committed: int
    state: bytes | None = None
    """The resource, ready JSON: before a deletion, else after the event; None where data has it."""
    replaced: bytes | None = None
    """Of what a PUT or a PATCH changed the values before, ready JSON; None where nobody knows."""
    routed: Routed | None = None
    """Of what was received."""

    @property
    def resource_id(self) -> str:
        """The id of the resource (RFC 7643 section 3.1)."""
        return unquote(self.subject_uri.rpartition("/")[2])


@dataclass(frozen=True, slots=True, weakref_slot=True)
class LoggedEvent:
    """An event at its place in the log; places are never given twice.

    `only_for` is the id of the one stream that it is for; empty for what happened.
    """

    position: int
    event: Event
    only_for: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """A change of the store's feed; a `routed` one has been told of as it was received.

    Of one whose data were `erased` nothing is told, unless it is a deletion.
    """

    event: Event
    activation: Activation | None
    routed: bool
    erased: bool = False


def events_of(change: Change) -> list[Event]:
    """Return the events to log of a change, in their order.

    An activation is an event of its own, after that of the change, in the same transaction.
    """
    event = change.event
    if change.routed or (change.erased and event.kind != "delete"):
        return []
    if change.activation is None:
        return [event]
    state = event.data if event.kind in {"create", "put"} else event.state
    activation = replace(event, kind=change.activation, attributes=(), data=None, state=state)
    return [event, activation]


def data_to_tell(kind: EventKind, data: bytes) -> bytes | None:
    """Return what a full event may say, None when that is nothing: a changed password, a delete."""
    if not data:
        return None
    if kind == "patch" and not orjson.loads(data).get("Operations"):
        return None
    return data


def distinct(events: Iterable[Event]) -> list[Event]:
    """Return the routed events, in their order, each key once."""
    by_key: dict[str, Event] = {}
    for event in events:
        if event.routed is not None:
            by_key.setdefault(event.routed.key, event)
    return list(by_key.values())
