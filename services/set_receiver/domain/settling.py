"""What becomes of a receipt once the store has answered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Final

from secevent.retry import LONGEST_RETRY_AFTER, delay
from set_receiver.domain.changes import Ignored, Inapplicable, Relinked
from set_receiver.domain.receipts import ReceiptState, Standing, settled

_LONGEST_PARKING_SECONDS = 30.0
_AWAY_SECONDS = 24 * 3600.0
_AGAIN_SECONDS = 1.0
_UNKNOWN_SECONDS = 30.0
_MICROSECONDS = 1_000_000

# Another subject's event may still be on its way: the delete of whoever has the userName, or the
# create that another stream brings.
_MAY_PASS = frozenset({"RESOURCE_NOT_FOUND", "UNIQUENESS"})


class Disposition(Enum):
    """What became of a change that the store accepted."""

    APPLIED = "APPLIED"
    DUPLICATE = "DUPLICATE"
    STALE = "STALE"
    OWN = "OWN"
    UNCHANGED = "UNCHANGED"


@dataclass(frozen=True, slots=True)
class Failed:
    """The store refused a change; `may_pass` when nothing is known to be wrong with the change."""

    reason: str
    detail: str
    may_pass: bool
    retry_after: float | None = None
    """Seconds that are to pass before the next attempt."""
    is_away: bool = False
    """It is not the change's fault, but that of a server which answers nothing."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A service is away that must be asked first; that spends nothing of a receipt's budget."""

    detail: str


@dataclass(frozen=True, slots=True)
class Routed:
    """It has gone on, and there is nothing to do with it here."""

    reason: str = ""


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody here is its subject: normal, unless what makes the resource is still on its way."""

    reason: str


@dataclass(frozen=True, slots=True)
class Held:
    """The tenant's brake has kept it for an administrator to decide about."""

    reason: str


ApplyResult = Disposition | Failed
Outcome = ApplyResult | Ignored | Inapplicable | Relinked | Waiting | Routed | Unknown | Held
"""What the store answered, or what needs no asking."""
_STATES: Final[Mapping[type, ReceiptState]] = {
    Ignored: ReceiptState.IGNORED,
    Inapplicable: ReceiptState.DEAD,
    Relinked: ReceiptState.APPLIED,
    Held: ReceiptState.WITHOUT_EFFECT,
    Routed: ReceiptState.ROUTED,
}


def refused(reason: str, detail: str) -> Failed:
    """Return the result of a change that the store refused for a reason of its own."""
    return Failed(reason, detail, may_pass=reason in _MAY_PASS)


@dataclass(frozen=True, slots=True)
class RetryBudget:
    """How long a receipt may fail before it is dead, counted from its first failure."""

    seconds: float


def standing_after(
    outcomes: Sequence[Outcome],
    before: Standing,
    *,
    budget: RetryBudget,
    now: int,
    jitter: float,
) -> Standing:
    """Return where a receipt stands after this came of its changes; one that fails decides."""
    for outcome in outcomes:
        match outcome:
            case Failed():
                return _after_failure(outcome, before, budget=budget, now=now, jitter=jitter)
            case Unknown(reason):
                return _after_unknown(reason, before, now=now, jitter=jitter)
            case Waiting(detail):
                return _waiting(detail, before, now=now)
            case Ignored() | Inapplicable() | Relinked() | Held() | Routed():
                state = _STATES[type(outcome)]
                return settled(state, outcome.reason, now=now, attempts=before.attempts)
    if Disposition.APPLIED in outcomes:
        return settled(ReceiptState.APPLIED, "", now=now, attempts=before.attempts)
    reasons = " ".join(found.value for found in outcomes if isinstance(found, Disposition))
    return settled(ReceiptState.WITHOUT_EFFECT, reasons, now=now, attempts=before.attempts)


def _after_unknown(reason: str, before: Standing, *, now: int, jitter: float) -> Standing:
    waited = now - before.first_failed if before.first_failed else 0
    if waited >= _UNKNOWN_SECONDS * _MICROSECONDS:
        return settled(ReceiptState.IGNORED, reason, now=now, attempts=before.attempts + 1)
    return _parked(reason, before, now=now, jitter=jitter)


def _waiting(detail: str, before: Standing, *, now: int) -> Standing:
    again = now + int(_AGAIN_SECONDS * _MICROSECONDS)
    return replace(before, reason=detail, next_attempt=again)


def _after_failure(
    failure: Failed, before: Standing, *, budget: RetryBudget, now: int, jitter: float
) -> Standing:
    reason = f"{failure.reason}: {failure.detail}" if failure.detail else failure.reason
    attempts = before.attempts + 1
    first_failed = before.first_failed or now
    patience = max(budget.seconds, _AWAY_SECONDS) if failure.is_away else budget.seconds
    if not failure.may_pass or now - first_failed >= patience * _MICROSECONDS:
        return settled(ReceiptState.DEAD, reason, now=now, attempts=attempts)
    return _parked(reason, before, now=now, jitter=jitter, at_least=failure.retry_after or 0.0)


def _parked(
    reason: str, before: Standing, *, now: int, jitter: float, at_least: float = 0.0
) -> Standing:
    attempts = before.attempts + 1
    seconds = min(delay(attempts, retry_after=None, jitter=jitter), _LONGEST_PARKING_SECONDS)
    seconds = max(seconds, min(at_least, LONGEST_RETRY_AFTER))
    return Standing(
        ReceiptState.PENDING,
        reason,
        settled=0,
        attempts=attempts,
        first_failed=before.first_failed or now,
        next_attempt=now + int(seconds * _MICROSECONDS),
    )
