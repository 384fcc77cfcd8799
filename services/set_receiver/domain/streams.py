"""The streams that this cluster receives by (SSF 1.0 section 8.1.1)."""

from dataclasses import dataclass, field
from enum import Enum, auto

from secevent.verification import ExpectedToken
from set_receiver.domain.fetching import Publisher
from set_receiver.domain.handling import APPLY, Handling


class Delivery(Enum):
    """How events come."""

    PUSH = auto()
    """RFC 8935."""
    POLL = auto()
    """RFC 8936."""


class Status(Enum):
    """SSF 1.0 section 8.1.2."""

    ENABLED = auto()
    PAUSED = auto()
    DISABLED = auto()


@dataclass(frozen=True, slots=True)
class ReceiveStream:
    """What there is to know of a stream in order to receive by it."""

    tenant: str
    stream_id: str
    iss: str
    audiences: frozenset[str]
    delivery: Delivery
    endpoint_url: str
    """Where SETs are fetched; ours when they are pushed."""
    authorization_header: str = field(repr=False)
    """Verbatim. Push: what the transmitter must send. Poll: what is sent to it."""
    status: Status
    jwks_uri: str
    algorithms: frozenset[str] = frozenset({"RS256", "ES256"})
    """The JWS algorithms that are accepted of the issuer (RFC 7518 section 3.1)."""
    accepts_legacy: bool = False
    """Whether SETs may be of drafts before RFC 9967."""
    publisher: Publisher | None = None
    """Where the resources that its events tell of are fetched."""
    handling: Handling = APPLY
    expected: ExpectedToken = field(init=False, repr=False, compare=False)
    """What its SETs must be."""

    def __post_init__(self) -> None:
        """Say once for all SETs what each of them must be."""
        expected = ExpectedToken(
            iss=self.iss,
            audiences=self.audiences,
            algorithms=self.algorithms,
            accepts_legacy=self.accepts_legacy,
        )
        object.__setattr__(self, "expected", expected)
