"""Transmit streams as delivery sees them (SSF 1.0 section 8.1.1)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from secevent.encryption import is_encrypted
from secevent.scim_events import (
    ACTIVATE,
    ASYNC_RESPONSE,
    CREATE_FULL,
    CREATE_NOTICE,
    DEACTIVATE,
    DELETE,
    FEED_ADD,
    FEED_REMOVE,
    PATCH_FULL,
    PATCH_NOTICE,
    PROVISIONING_FULL,
    PUT_FULL,
    PUT_NOTICE,
)
from set_transmitter.domain.events import Event, EventKind
from set_transmitter.domain.feeds import Feed
from set_transmitter.domain.resets import RequestedReset
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
    "feed_add": frozenset({FEED_ADD}),
    "feed_remove": frozenset({FEED_REMOVE}),
}
_FEED_KINDS: Final = frozenset[EventKind]({"feed_add", "feed_remove"})
_MOVING: Final = frozenset[EventKind]({"put", "patch"})
"""By what a resource enters and leaves a feed."""
OF_STREAMS: Final[frozenset[EventKind]] = frozenset({"verification", "stream-updated"})
"""What is sent even where it is not among the events delivered (SSF 1.0 section 8.1.4.1)."""
_OF_KINDS: Final = frozenset[str]().union(*_TYPES.values())
_FORWARDED: Final[frozenset[EventKind]] = frozenset({"forwarded"})
_SIGNAL: Final[frozenset[EventKind]] = frozenset({"signal"})
"""The topic of signals that were logged before there was one for each type."""
_AS_IT_IS: Final = _FORWARDED | _SIGNAL


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
    feed: Feed = field(default_factory=Feed)
    receiver_jwks_uri: str = ""
    """Where the keys are that SETs are encrypted to; empty when they are only signed."""
    status_reason: str = ""
    inactivity_timeout: int = 0
    """Seconds; 0: it is never paused for want of use."""
    reset: RequestedReset | None = None
    """The last one that was asked for; it is done once."""
    forwards: bool = False
    """It carries SETs of its `iss` that are forwarded as they came, and nothing else."""
    subject_format: SubjectFormat = SubjectFormat.ISS_SUB

    @property
    def begins(self) -> int:
        """When the first event that belongs to the stream may have been committed.

        One event too many does no harm; one too few is lost.
        """
        return self.created - CLOCK_TOLERANCE

    @property
    def topics(self) -> frozenset[str]:
        """The topics of the events in the log that the stream may have to tell of."""
        if self.forwards:
            return _FORWARDED
        told = frozenset(kind for kind, uris in _TYPES.items() if uris & self.events_delivered)
        moving = _MOVING if self.feed.filter and told & _FEED_KINDS else frozenset[EventKind]()
        of_before = _SIGNAL if self.signals else frozenset[EventKind]()
        return OF_STREAMS | (told - _FEED_KINDS) | moving | self.signals | of_before

    @property
    def signals(self) -> frozenset[str]:
        """The types of the signals that the stream delivers."""
        return frozenset() if self.forwards else self.events_delivered - _OF_KINDS

    def is_full(self, kind: EventKind) -> bool:
        """Tell whether events of a kind carry data rather than the names of what changed."""
        return not self._types(kind).isdisjoint(PROVISIONING_FULL)

    def tells_of(self, event: Event, *, in_snapshot: bool = False) -> bool:
        """Tell whether the stream's receiver is told of an event."""
        return self.as_told(event, in_snapshot=in_snapshot) is not None

    def as_told(self, event: Event, *, in_snapshot: bool = False) -> Event | None:
        """Return an event as the stream's receiver may see it; None where it is not told of it.

        The stream must deliver a type that can say what there is to say: without data (a changed
        password) there is no full form (RFC 9967 section 2.4). What is of the stream itself would
        be signed by us, so one that forwards the SETs of another issuer is not told.
        """
        if event.kind in OF_STREAMS:
            return None if self.forwards else event
        if not self._carries(event):
            return None
        seen = self.feed.seen(event, in_snapshot=in_snapshot)
        if seen is None or seen.kind in _AS_IT_IS:
            return seen
        types = self._types(seen.kind)
        return seen if (types if seen.data is not None else types - PROVISIONING_FULL) else None

    def _carries(self, event: Event) -> bool:
        """Tell whether an event is one that goes this stream's way, whatever is seen of it."""
        if self.forwards is not (event.kind == "forwarded"):
            return False
        if event.kind == "signal" and event.event_type not in self.signals:
            return False
        return event.routed is None or self._takes(event.kind, event.routed)

    def _takes(self, kind: EventKind, routed: Routed) -> bool:
        """Tell whether what was received goes on by this stream, as far as its kind can go."""
        if routed.comes_from(aud=self.aud, endpoint_url=self.endpoint_url):
            return False
        if kind != "forwarded":
            return True
        is_for = not routed.aud or not set(routed.aud).isdisjoint(self.aud)
        return routed.issuer == self.iss and is_for and routed.event_uris <= self.events_delivered

    def has_begun_for(self, event: Event) -> bool:
        """Tell whether an event is not from before the stream's time."""
        return event.committed >= self.begins

    def delivers_like(self, other: "Stream") -> bool:
        """Tell whether the same events go out in the same way, whatever else differs."""
        return _way(self) == _way(other)

    def lets_out(self, jwt: str) -> bool:
        """Tell whether a SET may leave as it is: not in the clear where it is to be encrypted."""
        return not self.receiver_jwks_uri or is_encrypted(jwt)

    def _types(self, kind: EventKind) -> frozenset[str]:
        return _TYPES.get(kind, frozenset()) & self.events_delivered


def _way(stream: Stream) -> tuple[object, ...]:
    return (
        stream.tenant,
        stream.events_delivered,
        stream.method,
        stream.begins,
        stream.forwards,
        stream.feed,
    )
