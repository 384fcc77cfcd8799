"""What the receiver makes of a SET at the moment of its arrival (RFC 8935 section 2)."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from secevent.errors import InvalidRequestError, SetError
from secevent.ssf_events import StreamEvent, stream_event_of
from secevent.subject_keys import subject_key
from secevent.token import SecurityEventToken
from secevent.verification import KeySet, verify
from set_receiver.domain.changes import check_provisioning, event_types
from set_receiver.domain.handling import handling_text
from set_receiver.domain.receipts import LATEST, Arrival
from set_receiver.domain.streams import ReceiveStream

_MICROSECONDS = 1_000_000


@dataclass(frozen=True, slots=True)
class Delivered:
    """A SET as it was delivered; `jti` is what a poll's answer calls it, None for a push."""

    compact: str = field(repr=False)
    jti: str | None
    traceparent: str


@dataclass(frozen=True, slots=True)
class Received:
    """Its receipt is durable; `is_new` is False when it had been received before."""

    is_new: bool


@dataclass(frozen=True, slots=True)
class Refused:
    """It is not valid, and will not be when it comes again."""

    error: SetError


@dataclass(frozen=True, slots=True)
class Undecided:
    """It cannot be judged just now: to be delivered again, after this many seconds at least."""

    reason: str
    retry_after: float


Acceptance = Received | Refused | Undecided


Judgement = Arrival | Refused | Undecided
"""An arrival is valid, and to be kept."""


@dataclass(frozen=True, slots=True)
class OfStream:
    """It is valid, and tells of the stream itself; `issued` is its iat, in seconds since 1970."""

    arrival: Arrival
    event: StreamEvent
    issued: int


def judged(
    delivered: Delivered, stream: ReceiveStream, keys: KeySet, *, now: int
) -> Arrival | OfStream | Refused:
    """Verify one SET of a stream; `now` is in microseconds since 1970.

    `Refused` with an `UnknownKeyError` may be mended by fresh keys.
    """
    seconds = now // _MICROSECONDS
    try:
        token = verify(delivered.compact, expected=stream.expected, keys=keys, now=seconds)
        if delivered.jti not in {None, token.jti}:
            raise InvalidRequestError("The member's name in sets is not its jti (RFC 8936).")
        check_provisioning(token)
        event = stream_event_of(token.sub_id, token.events)
    except SetError as error:
        return Refused(error)
    arrival = _arrival(delivered, token, stream, now=now)
    return arrival if event is None else OfStream(arrival, event, token.iat)


def in_order_of_origin(arrivals: Sequence[Arrival]) -> Sequence[Arrival]:
    """Return what was delivered together in the order in which it came to be.

    The members of a poll's `sets` have no order (RFC 8936 section 2.3), so it is taken from the
    stamps where every SET has one; else from the text, which is the best there is.
    """
    if all(arrival.origin_clock for arrival in arrivals):
        return sorted(arrivals, key=lambda arrival: arrival.origin_clock)
    return arrivals


def _arrival(
    delivered: Delivered, token: SecurityEventToken, stream: ReceiveStream, *, now: int
) -> Arrival:
    return Arrival(
        tenant=stream.tenant,
        stream_id=stream.stream_id,
        iss=token.iss,
        jti=token.jti,
        token=delivered.compact.strip(),
        txn=token.txn or "",
        event_type=event_types(token),
        subject_uri=subject_key(token.sub_id),
        origin_clock=_origin_clock(token),
        received=now,
        traceparent=delivered.traceparent,
        handling=handling_text(stream.handling),
    )


def _origin_clock(token: SecurityEventToken) -> int:
    # The store refuses a stamp that is so late.
    return min(token.provenance.clock, LATEST) if token.provenance else 0
