"""What arrived, and where it stands."""

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final

from set_receiver.domain.links import Link

LATEST: Final = 2**63 - 1
"""The greatest integer that a database holds."""
APPLYING: Final = "apply"
"""The lease of whoever applies receipts, which is one process at a time."""
POLLING: Final = "poll"
"""The lease of whoever polls."""


class ReceiptState(IntEnum):
    """Where a received event stands; the numbers are stored."""

    PENDING = 1
    APPLIED = 2
    WITHOUT_EFFECT = 3
    IGNORED = 4
    DEAD = 5
    ROUTED = 6
    """It went on to the tenant's transmit streams, and nothing is done with it here."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A verified SET, as it arrived; times are microseconds since 1970."""

    tenant: str
    stream_id: str
    iss: str
    jti: str
    token: str = field(repr=False)
    """The compact serialization."""
    txn: str
    event_type: str
    """The URIs in `events`, separated by spaces."""
    subject_uri: str
    """The uri of a SCIM subject (RFC 9967 section 2.1); of any other its `subject_key`."""
    origin_clock: int
    """When the origin made the change; 0 when the SET does not say."""
    received: int
    traceparent: str
    """W3C trace context of the request that brought it; empty when there is none."""
    handling: str = ""
    """What its stream says is to be done with it, as `handling_text` has it."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What was done with a receipt, and when it is to be tried next; times as in `Arrival`."""

    state: ReceiptState
    reason: str
    settled: int
    """0 while pending."""
    attempts: int
    """Attempts that failed."""
    first_failed: int
    next_attempt: int
    """0 means as soon as its turn comes."""
    routed: str = ""
    """"FW" or "PB" once it is durably on its way to the tenant's transmit streams."""


AWAITING = Standing(ReceiptState.PENDING, "", settled=0, attempts=0, first_failed=0, next_attempt=0)


ERASED: Final = "ERASED: all data of its resource have been erased"
"""The reason of a receipt that has no token any more."""
DROPPED: Final = "DROPPED: an administrator has"
"""The reason of a dead receipt that is to be minded no more."""
NEVER_MIND: Final = (ReceiptState.PENDING, ReceiptState.DEAD)
"""What becomes ignored when it is erased; other states tell what was done."""


def settled(state: ReceiptState, reason: str, *, now: int, attempts: int = 0) -> Standing:
    """Return the standing of a receipt with which nothing more is to be done."""
    return Standing(state, reason, settled=now, attempts=attempts, first_failed=0, next_attempt=0)


@dataclass(frozen=True, slots=True)
class Receipt:
    """One received event; `position` is its place in the order of arrival."""

    position: int
    arrival: Arrival
    standing: Standing
    needs_fetch: bool = False
    """It cannot be settled without the publisher; never stored, as the next is not."""
    link: Link | None = None
    """What is to be known of the resource once the standing is."""


@dataclass(frozen=True, slots=True)
class Lane:
    """Whose receipts keep their order: one subject, as one stream tells of it.

    Another stream's events of the same subject are not ordered with these (their stamps decide),
    and must not wait for them: they may bring what these lack.
    """

    tenant: str
    stream_id: str
    subject_uri: str


@dataclass(frozen=True, slots=True)
class PendingReceipt:
    """A receipt that waits to be applied."""

    position: int
    lane: Lane
    next_attempt: int


def lane_of(tenant: str, stream_id: str, subject_uri: str, *, position: int) -> Lane:
    """Return the lane of a receipt; one of its own where an earlier release noted no subject."""
    return Lane(tenant, stream_id, subject_uri or f"#{position}")


@dataclass(frozen=True, slots=True)
class Selection:
    """Receipts of one tenant; None and the widest times leave nothing out."""

    tenant: str
    stream_id: str | None = None
    state: ReceiptState | None = None
    received_from: int = 0
    received_before: int = LATEST


@dataclass(frozen=True, slots=True)
class Tally:
    """How many receipts of a stream are in a state."""

    tenant: str
    stream_id: str
    state: ReceiptState
    receipts: int
