"""Transmit streams as delivery sees them (SSF 1.0 section 8.1.1)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from secevent.scim_events import (
    ACTIVATE,
    ASYNC_RESPONSE,
    CREATE_FULL,
    CREATE_NOTICE,
    DEACTIVATE,
    DELETE,
    PATCH_FULL,
    PATCH_NOTICE,
    PROVISIONING_FULL,
    PUT_FULL,
    PUT_NOTICE,
)
from set_transmitter.domain.events import Event, EventKind

CLOCK_TOLERANCE: Final = 2_000_000
"""Microseconds that the registrar's clock may be ahead of the store's."""

_TYPES: Final[Mapping[EventKind, frozenset[str]]] = {
    "create": frozenset({CREATE_FULL, CREATE_NOTICE}),
    "put": frozenset({PUT_FULL, PUT_NOTICE}),
    "patch": frozenset({PATCH_FULL, PATCH_NOTICE}),
    "delete": frozenset({DELETE}),
    "activate": frozenset({ACTIVATE}),
    "deactivate": frozenset({DEACTIVATE}),
    "completion": frozenset({ASYNC_RESPONSE}),
}


_OF_KINDS: Final = frozenset().union(*_TYPES.values())


class DeliveryMethod(Enum):
    """How SETs travel."""

    PUSH = "push"
    POLL = "poll"


class StreamStatus(Enum):
    """What happens to a stream's events: sent, held, or dropped (SSF 1.0 section 8.1.2)."""

    ENABLED = "enabled"
    PAUSED = "paused"
    DISABLED = "disabled"


class SubjectFormat(Enum):
    """How the signals that changes make name a person (RFC 9493 section 3.2)."""

    ISS_SUB = "iss_sub"
    """By the stream's issuer and the resource's id."""
    EMAIL = "email"
    """By the primary address, where there is one."""


@dataclass(frozen=True, slots=True)
class Stream:
    """A stream's configuration; `created` counts microseconds since 1970."""

    tenant: str
    stream_id: str
    iss: str
    aud: tuple[str, ...]
    events_delivered: frozenset[str]
    method: DeliveryMethod
    endpoint_url: str
    authorization_header: str = field(repr=False)
    status: StreamStatus
    signing_algorithm: str
    created: int
    subject_format: SubjectFormat = SubjectFormat.ISS_SUB

    @property
    def begins(self) -> int:
        """When the first event that belongs to the stream may have been committed.

        One event too many does no harm; one too few is lost.
        """
        return self.created - CLOCK_TOLERANCE

    @property
    def kinds(self) -> frozenset[EventKind]:
        """The kinds of event that the stream delivers, signals aside."""
        return frozenset(kind for kind, uris in _TYPES.items() if uris & self.events_delivered)

    @property
    def topics(self) -> frozenset[str]:
        """The topics of the events that the stream delivers."""
        return self.kinds | self.signals

    @property
    def signals(self) -> frozenset[str]:
        """The types of the signals that the stream delivers."""
        return self.events_delivered - _OF_KINDS

    def is_full(self, kind: EventKind) -> bool:
        """Tell whether events of a kind carry data rather than the names of what changed."""
        return not self._types(kind).isdisjoint(PROVISIONING_FULL)

    def tells_of(self, event: Event) -> bool:
        """Tell whether the stream delivers a type that can say what an event has to say.

        An event without data (a changed password) has no full form (RFC 9967 section 2.4).
        """
        if event.kind == "signal":
            return event.event_type in self.events_delivered
        types = self._types(event.kind)
        return bool(types if event.data is not None else types - PROVISIONING_FULL)

    def has_begun_for(self, event: Event) -> bool:
        """Tell whether an event is not from before the stream's time."""
        return event.committed >= self.begins

    def delivers_like(self, other: "Stream") -> bool:
        """Tell whether the same events go out in the same way, whatever else differs."""
        return (self.tenant, self.events_delivered, self.method, self.begins) == (
            other.tenant,
            other.events_delivered,
            other.method,
            other.begins,
        )

    def _types(self, kind: EventKind) -> frozenset[str]:
        return _TYPES[kind] & self.events_delivered
