"""What the receiver makes of a SET at the moment of its arrival (RFC 8935 section 2)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from secevent.errors import InvalidRequestError, SetError
from secevent.token import SecurityEventToken
from secevent.verification import ExpectedToken, KeySet, verify
from set_receiver.domain.changes import Applicable, Ignored, Inapplicable, subject_uri, treatment
from set_receiver.domain.receipts import AWAITING, Arrival, ReceiptState, Standing, settled
from set_receiver.domain.streams import ReceiveStream

_MICROSECONDS = 1_000_000
# what a database's integer holds; a stamp so late is refused by the store anyway
_LATEST = 2**63 - 1


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


@dataclass(frozen=True, slots=True)
class Admission:
    """It is valid, and is to be kept so."""

    arrival: Arrival
    standing: Standing


Judgement = Admission | Refused | Undecided


@dataclass(frozen=True, slots=True)
class Rules:
    """What a stream's SETs are judged by; `resource_types` has names by endpoint."""

    stream: ReceiveStream
    keys: KeySet
    resource_types: Mapping[str, str]


def judged(delivered: Delivered, rules: Rules, *, now: int) -> Admission | Refused:
    """Verify one SET; `now` is in microseconds since 1970.

    `Refused` with an `UnknownKeyError` may be mended by fresh keys.
    """
    stream = rules.stream
    expected = ExpectedToken(iss=stream.iss, audiences=stream.audiences)
    try:
        token = verify(
            delivered.compact, expected=expected, keys=rules.keys, now=now // _MICROSECONDS
        )
        if delivered.jti not in {None, token.jti}:
            raise InvalidRequestError("The member's name in sets is not its jti (RFC 8936).")
        return _admission(delivered, token, rules, now=now)
    except SetError as error:
        return Refused(error)


def in_order_of_origin(admissions: Sequence[Admission]) -> Sequence[Admission]:
    """Return what was delivered together in the order in which it came to be.

    The members of a poll's `sets` have no order (RFC 8936 section 2.3), so it is taken from the
    stamps where every SET has one; else from the text, which is the best there is.
    """
    if all(admission.arrival.origin_clock for admission in admissions):
        return sorted(admissions, key=lambda admission: admission.arrival.origin_clock)
    return admissions


def _admission(
    delivered: Delivered, token: SecurityEventToken, rules: Rules, *, now: int
) -> Admission:
    arrival = Arrival(
        tenant=rules.stream.tenant,
        stream_id=rules.stream.stream_id,
        iss=token.iss,
        jti=token.jti,
        token=delivered.compact.strip(),
        txn=token.txn or "",
        event_type=" ".join(token.events),
        subject_uri=subject_uri(token),
        origin_clock=min(token.provenance.clock, _LATEST) if token.provenance else 0,
        received=now,
        traceparent=delivered.traceparent,
    )
    return Admission(arrival, _standing_at_arrival(token, rules, now=now))


def _standing_at_arrival(token: SecurityEventToken, rules: Rules, *, now: int) -> Standing:
    match treatment(token, resource_types=rules.resource_types):
        case Applicable():
            return AWAITING
        case Ignored(reason):
            return settled(ReceiptState.IGNORED, reason, now=now)
        case Inapplicable(reason):
            return settled(ReceiptState.DEAD, reason, now=now)
