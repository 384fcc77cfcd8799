"""Neutral event records: what the log holds, before it is known who will be told."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final, Literal, cast
from urllib.parse import unquote

import orjson

from secevent.caep_events import SESSION_REVOKED
from secevent.risc_events import ACCOUNT_PURGED
from secevent.scim_events import ProvisioningKind
from set_transmitter.domain.persons import PersonChange
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

A signal is an event of CAEP, RISC or somebody's own type: made of a change, published here, or
received and sent on. What is forwarded is a SET as it was received, and has its compact
serialization as data.
"""

OUTLIVING_SIGNALS: Final = frozenset({ACCOUNT_PURGED, SESSION_REVOKED})
"""The signals of changes that must get through, and have no value of their resource."""


@dataclass(frozen=True, slots=True)
class Event:
    """What was done to one resource. `data` is ready JSON, or None when there is none to tell.

    A completion, a signal, and what is of a stream itself, have the payload of the event as data;
    nothing was done to a resource by them. What is received or published has no `resource_type`.
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
    event_type: str = ""
    """The URI of a signal; empty for all else."""
    subject: bytes | None = None
    """The sub_id of a signal; of one made of a change, a person's email as a sub_id, if known."""

    @property
    def topic(self) -> str:
        """What streams are found by: the URI of a signal, or else the kind.

        What is received may have a type that is no URI. No stream can ask for that.
        """
        return self.event_type if ":" in self.event_type else self.kind

    @property
    def resource(self) -> bytes | None:
        """The resource, ready JSON: before a deletion, else after the event; None if not known."""
        return self.data if self.kind in {"create", "put"} else self.state

    @property
    def is_derived(self) -> bool:
        """Whether it is a signal that a change made."""
        return self.kind == "signal" and bool(self.resource_type)

    @property
    def is_of_others(self) -> bool:
        """Whether its content is whatever others have put in it, rather than a resource's."""
        return self.kind == "forwarded" or (self.kind == "signal" and not self.is_derived)

    @property
    def outlives_erasure(self) -> bool:
        """Whether it is told even once its resource is erased: that it is gone, and its sessions.

        It says nothing of it but that.
        """
        is_signal = self.is_derived and self.event_type in OUTLIVING_SIGNALS
        return self.kind == "delete" or is_signal

    def without_person(self) -> "Event":
        """Return what may be told by one that outlives the erasure."""
        return replace(self, external_id="", subject=None, state=None, replaced=None)

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
    person: PersonChange | None = None
    """What it did to a person beside that, where the resource is one."""

    @property
    def is_told(self) -> bool:
        """Whether anything is told of it."""
        return not self.routed and (not self.erased or self.event.kind == "delete")


def events_of(change: Change) -> list[Event]:
    """Return the SCIM events to log of a change, in their order.

    An activation is an event of its own, after that of the change, in the same transaction.
    """
    event = change.event
    if not change.is_told:
        return []
    if change.activation is None:
        return [event]
    activation = replace(
        event, kind=change.activation, attributes=(), data=None, state=event.resource
    )
    return [event, activation]


def once_more(event: Event) -> Event:
    """Return an event to log again for one stream.

    What was received is known by the key of the first.
    """
    if event.routed is None:
        return event
    return replace(event, routed=replace(event.routed, key=""))


def data_to_tell(kind: EventKind, data: bytes) -> bytes | None:
    """Return what a full event may say, None when that is nothing: a changed password, a delete."""
    if not data:
        return None
    if kind == "patch" and not orjson.loads(data).get("Operations"):
        return None
    return data


def signal_of_before(event: Event) -> Event:
    """Return a stored event; a signal that was logged before there were others as all are now.

    It has its type and its subject where all that was received has them.
    """
    if event.kind != "signal" or event.event_type or event.routed is None:
        return event
    subject = event.subject or event.routed.sub_id
    return replace(event, event_type=event.routed.event_uri, subject=subject)


def kind_and_type(topic: str) -> tuple[EventKind, str]:
    """Return the kind and the event_type of what has a topic."""
    return ("signal", topic) if ":" in topic else (cast("EventKind", topic), "")


def distinct(events: Iterable[Event]) -> list[Event]:
    """Return the routed events, in their order, each key once."""
    by_key: dict[str, Event] = {}
    for event in events:
        if event.routed is not None:
            by_key.setdefault(event.routed.key, event)
    return list(by_key.values())
