"""Applying received events to the store."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from secevent.errors import SetError
from set_receiver.domain.changes import (
    Applicable,
    ForeignChange,
    Ignored,
    Inapplicable,
    foreign_changes,
    stored_token,
    treatment,
)
from set_receiver.domain.errors import ChangesRefusedError, StoreUnavailableError
from set_receiver.domain.receipts import ERASED, Receipt
from set_receiver.domain.settling import Failed, Outcome, RetryBudget, standing_after
from set_receiver.ports.changes import Changes
from set_receiver.ports.receipts import Receipts

TimeLeft = Callable[[], float]
"""Says for how many seconds a call may last that begins now."""


@dataclass(frozen=True, slots=True)
class _Plan:
    """What a receipt asks of the store, or why there is nothing to ask."""

    changes: tuple[ForeignChange, ...]
    decided: Failed | Ignored | Inapplicable | None


@dataclass(frozen=True, slots=True)
class ApplyReceipts:
    """Applies pending receipts of different lanes, and says where they stand then."""

    receipts: Receipts
    changes: Changes
    resource_types: Mapping[str, str]
    budget: RetryBudget
    clock: Callable[[], int]
    jitter: Callable[[], float]
    """In [0, 1)."""

    async def apply(self, positions: Sequence[int], *, time_left: TimeLeft) -> Sequence[Receipt]:
        """Return the receipts with their new standings, which are yet to be recorded.

        Raises `StoreUnavailableError`; then nothing is known to have happened.
        """
        found = await self.receipts.read(positions)
        plans = [self._plan(receipt) for receipt in found]
        outcomes = await self._outcomes(plans, time_left=time_left)
        now = self.clock()
        return [
            replace(
                receipt,
                standing=standing_after(
                    outcome, receipt.standing, budget=self.budget, now=now, jitter=self.jitter()
                ),
            )
            for receipt, outcome in zip(found, outcomes, strict=True)
        ]

    async def record(self, applied: Sequence[Receipt], *, fence: int) -> None:
        """Make the new standings durable. Raises as `Receipts.record` does."""
        standings = {receipt.position: receipt.standing for receipt in applied}
        await self.receipts.record(standings, fence=fence)

    def _plan(self, receipt: Receipt) -> _Plan:
        if not receipt.arrival.token:
            return _Plan((), Ignored(ERASED))
        try:
            token = stored_token(receipt.arrival)
            decided = treatment(token, resource_types=self.resource_types)
            if not isinstance(decided, Applicable):
                return _Plan((), decided)
            changes = foreign_changes(token, receipt.arrival, resource_types=self.resource_types)
        except SetError as error:
            # another release took it in, by rules that no longer hold
            return _Plan((), Failed(error.err.upper(), error.description, may_pass=False))
        return _Plan(changes, None)

    async def _outcomes(
        self, plans: Sequence[_Plan], *, time_left: TimeLeft
    ) -> Sequence[Sequence[Outcome]]:
        changes = [change for plan in plans for change in plan.changes]
        try:
            results = iter(
                await self.changes.apply(changes, seconds=_some(time_left)) if changes else ()
            )
        except ChangesRefusedError as error:
            return await self._outcomes_apart(plans, error, time_left=time_left)
        return [
            [plan.decided] if plan.decided else [next(results) for _ in plan.changes]
            for plan in plans
        ]

    async def _outcomes_apart(
        self, plans: Sequence[_Plan], error: ChangesRefusedError, *, time_left: TimeLeft
    ) -> Sequence[Sequence[Outcome]]:
        """Find the one that spoils the list, so that the others pass."""
        if len(plans) == 1:
            return [[Failed(error.store_reason, error.detail, may_pass=True)]]
        middle = len(plans) // 2
        first = await self._outcomes(plans[:middle], time_left=time_left)
        return [*first, *await self._outcomes(plans[middle:], time_left=time_left)]


def _some(time_left: TimeLeft) -> float:
    seconds = time_left()
    if seconds <= 0:
        raise StoreUnavailableError("there is no time left to ask it")
    return seconds
