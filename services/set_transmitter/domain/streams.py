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
from set_transmitter.domain.routed import Routed

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
_NO_SIGNALS: Final = frozenset[str]().union(*_TYPES.values())
_SIGNAL: Final[frozenset[EventKind]] = frozenset({"signal"})


class DeliveryMethod(Enum):
    """How SETs travel."""

    PUSH = "push"
    POLL = "poll"


class StreamStatus(Enum):
    """What happens to a stream's events: sent, held, or dropped (SSF 1.0 section 8.1.2)."""

    ENABLED = "enabled"
    PAUSED = "paused"
    DISABLED = "disabled"


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
    forwards: bool = False
    """It carries SETs of its `iss` that are forwarded as they came, and nothing else."""

    @property
    def begins(self) -> int:
        """When the first event that belongs to the stream may have been committed.

        One event too many does no harm; one too few is lost.
        """
        return self.created - CLOCK_TOLERANCE

    @property
    def kinds(self) -> frozenset[EventKind]:
        """The kinds of event that the stream delivers."""
        if self.forwards:
            return frozenset({"forwarded"})
        kinds = (kind for kind, uris in _TYPES.items() if uris & self.events_delivered)
        signals = self.events_delivered - _NO_SIGNALS
        return frozenset(kinds) | (_SIGNAL if signals else frozenset())

    def is_full(self, kind: EventKind) -> bool:
        """Tell whether events of a kind carry data rather than the names of what changed."""
        return not self._types(kind).isdisjoint(PROVISIONING_FULL)

    def tells_of(self, event: Event) -> bool:
        """Tell whether the stream delivers a type that can say what an event has to say.

        An event without data (a changed password) has no full form (RFC 9967 section 2.4).
        """
        if self.forwards is not (event.kind == "forwarded"):
            return False
        if event.routed is not None and not self._takes(event.kind, event.routed):
            return False
        if event.kind in {"signal", "forwarded"}:
            return event.kind in self.kinds
        types = self._types(event.kind)
        return bool(types if event.data is not None else types - PROVISIONING_FULL)

    def _takes(self, kind: EventKind, routed: Routed) -> bool:
        """Tell whether what was received goes on by this stream, as far as its kind can go."""
        if routed.comes_from(aud=self.aud, endpoint_url=self.endpoint_url):
            return False
        if kind == "forwarded":
            is_for = not routed.aud or not set(routed.aud).isdisjoint(self.aud)
            return routed.issuer == self.iss and is_for and self._delivers(routed)
        return kind != "signal" or self._delivers(routed)

    def _delivers(self, routed: Routed) -> bool:
        return routed.event_uris <= self.events_delivered

    def has_begun_for(self, event: Event) -> bool:
        """Tell whether an event is not from before the stream's time."""
        return event.committed >= self.begins

    def delivers_like(self, other: "Stream") -> bool:
        """Tell whether the same events go out in the same way, whatever else differs."""
        return _way(self) == _way(other)

    def _types(self, kind: EventKind) -> frozenset[str]:
        return _TYPES.get(kind, frozenset()) & self.events_delivered


def _way(stream: Stream) -> tuple[object, ...]:
    return (
        stream.tenant,
        stream.events_delivered,
        stream.method,
        stream.begins,
        stream.forwards,
    )
