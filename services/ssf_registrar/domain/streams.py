"""A stream configuration (SSF 1.0 section 8.1.1), of either direction."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from ssf_registrar.domain.events import events_delivered
from ssf_registrar.domain.exchange import Exchange
from ssf_registrar.domain.feeds import Feed
from ssf_registrar.domain.liveness import Liveness
from ssf_registrar.domain.routing import NONE, Routing
from ssf_registrar.domain.subject_formats import SubjectFormat

SIGNING_ALGORITHMS: Final = ("RS256", "ES256")
ADMIN: Final = "admin"


class Status(StrEnum):
    """SSF 1.0 section 8.1.2."""

    ENABLED = "enabled"
    PAUSED = "paused"
    DISABLED = "disabled"


class Direction(StrEnum):
    """Which side of a stream this cluster is."""

    TRANSMIT = "transmit"
    RECEIVE = "receive"


@dataclass(frozen=True, slots=True)
class Push:
    """This cluster pushes to the receiver (RFC 8935); the header, if any, is sent verbatim."""

    endpoint_url: str
    authorization_header: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Poll:
    """The receiver polls this cluster (RFC 8936)."""


@dataclass(frozen=True, slots=True)
class ReceivePush:
    """The transmitter pushes to this cluster, and must send the header verbatim."""

    authorization_header: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ReceivePoll:
    """This cluster polls the transmitter."""

    endpoint_url: str
    authorization_header: str | None = field(repr=False)


Delivery = Push | Poll | ReceivePush | ReceivePoll


def direction_of(delivery: Delivery) -> Direction:
    """Return the direction that a delivery implies."""
    match delivery:
        case Push() | Poll():
            return Direction.TRANSMIT
        case ReceivePush() | ReceivePoll():
            return Direction.RECEIVE


@dataclass(frozen=True, slots=True)
class Publisher:
    """Where the resources that a receive stream tells of are fetched over SCIM.

    The URL has no slash at its end; the header, if any, is sent verbatim.
    """

    scim_base_url: str
    authorization_header: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: the grant of the bearer token that came with the request."""

    tenant: str
    subject: str
    scopes: AbstractSet[str]

    @property
    def is_admin(self) -> bool:
        """Whether all streams of the tenant are this caller's to manage."""
        return ADMIN in self.scopes


@dataclass(frozen=True, slots=True)
class Reset:
    """To where the receiver is to be set back, once: a jti, or (without one) a moment.

    `date` counts microseconds since 1970; `revision` is the stream's that asked for it.
    """

    jti: str
    date: int
    revision: int


@dataclass(frozen=True, slots=True)
class Stream:
    """One stream; `owner` is the subject of the token that made it."""

    tenant: str
    stream_id: str
    owner: str
    iss: str
    aud: tuple[str, ...]
    events_requested: tuple[str, ...]
    delivery: Delivery
    description: str | None
    signing_algorithm: str | None
    """Transmit: what is signed by. Receive: the only one accepted; None for RS256 and ES256."""
    jwks_uri: str | None
    """For a receive stream: where the issuer's keys are."""
    created: int
    """Microseconds since 1970-01-01T00:00:00Z."""
    status: Status = Status.ENABLED
    status_reason: str | None = None
    revision: int = 1
    feed: Feed = field(default_factory=Feed)
    """Of a transmit stream: what its receiver may see."""
    exchange: Exchange = field(default_factory=Exchange)
    liveness: Liveness = field(default_factory=Liveness)
    reset: Reset | None = None
    """The last one, of a transmit stream."""
    publisher: Publisher | None = None
    """For a receive stream."""
    routing: Routing = NONE
    subject_format: SubjectFormat = SubjectFormat.ISS_SUB

    @property
    def direction(self) -> Direction:
        """Which side of the stream this cluster is."""
        return direction_of(self.delivery)

    @property
    def events_delivered(self) -> tuple[str, ...]:
        """The events that the stream carries."""
        return events_delivered(
            self.events_requested, one_form=self.direction is Direction.TRANSMIT
        )

    def belongs_to(self, caller: Caller) -> bool:
        """Tell whether the caller may know of this stream (SSF 1.0 section 8.1.1)."""
        return self.tenant == caller.tenant and (caller.is_admin or self.owner == caller.subject)
