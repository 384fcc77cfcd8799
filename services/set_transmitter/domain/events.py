"""Neutral event records: what the log holds, before it is known who will be told."""

from dataclasses import dataclass, replace
from typing import Final, Literal, cast
from urllib.parse import unquote

import orjson

from secevent.caep_events import SESSION_REVOKED
from secevent.risc_events import ACCOUNT_PURGED
from secevent.scim_events import ProvisioningKind
from set_transmitter.domain.persons import PersonChange

Activation = Literal["activate", "deactivate"]
EventKind = ProvisioningKind | Literal["completion", "signal"]
"""A completion tells what became of an asynchronous request (RFC 9967 section 2.5).

A signal is an event of CAEP, RISC or somebody's own type: made of a change, or published.
"""

OUTLIVING_SIGNALS: Final = frozenset({ACCOUNT_PURGED, SESSION_REVOKED})
"""The signals of changes that must get through, and have no value of their resource."""


@dataclass(frozen=True, slots=True)
class Event:
    """What was done to one resource. `data` is ready JSON, or None when there is none to tell.

    A completion and a signal have the payload of the event as data; nothing was done to a resource
    by them. Times count microseconds since 1970; `lineage` has the origin's cluster first.
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
    event_type: str = ""
    """The URI of a signal; empty for all else."""
    subject: bytes | None = None
    """Of a published signal, its sub_id; of one made of a change, a person's email as a sub_id."""

    @property
    def topic(self) -> str:
        """What streams are found by: the URI of a signal, or else the kind."""
        return self.event_type or self.kind

    @property
    def is_published(self) -> bool:
        """Whether an application told of it: then it is of no resource here."""
        return self.kind == "signal" and not self.resource_type

    @property
    def outlives_erasure(self) -> bool:
        """Whether it is told even once its resource is erased: that it is gone, and its sessions.

        It says nothing of it but that.
        """
        is_signal = self.event_type in OUTLIVING_SIGNALS and not self.is_published
        return self.kind == "delete" or is_signal

    def without_person(self) -> "Event":
        """Return what may be told by one that outlives the erasure."""
        return replace(self, external_id="", subject=None)

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
    return [event, replace(event, kind=change.activation, attributes=(), data=None)]


def data_to_tell(kind: EventKind, data: bytes) -> bytes | None:
    """Return what a full event may say, None when that is nothing: a changed password, a delete."""
    if not data:
        return None
    if kind == "patch" and not orjson.loads(data).get("Operations"):
        return None
    return data


def kind_and_type(topic: str) -> tuple[EventKind, str]:
    """Return the kind and the event_type of what has a topic."""
    return ("signal", topic) if ":" in topic else (cast("EventKind", topic), "")
