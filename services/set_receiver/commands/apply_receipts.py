"""Applying received events to the store."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from secevent.errors import SetError
from set_receiver.domain.changes import ForeignChange, foreign_changes, stored_token
from set_receiver.domain.errors import ChangesRefusedError
from set_receiver.domain.receipts import Receipt
from set_receiver.domain.settling import ApplyResult, Failed, RetryBudget, standing_after
from set_receiver.ports.changes import Changes
from set_receiver.ports.receipts import Receipts


@dataclass(frozen=True, slots=True)
class _Plan:
    """What a receipt asks of the store, or why it cannot ask."""

    changes: tuple[ForeignChange, ...]
    failure: Failed | None


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

    async def apply(self, positions: Sequence[int]) -> Sequence[Receipt]:
        """Return the receipts with their new standings, which are yet to be recorded.

        Raises `StoreUnavailableError`; then nothing is known to have happened.
        """
        found = await self.receipts.read(positions)
        plans = [self._plan(receipt) for receipt in found]
        results = await self._results(plans)
        now = self.clock()
        return [
            replace(
                receipt,
                standing=standing_after(
                    result, receipt.standing, budget=self.budget, now=now, jitter=self.jitter()
                ),
            )
            for receipt, result in zip(found, results, strict=True)
        ]

    async def record(self, applied: Sequence[Receipt]) -> None:
        """Make the new standings durable."""
        await self.receipts.record({receipt.position: receipt.standing for receipt in applied})

    def _plan(self, receipt: Receipt) -> _Plan:
        try:
            token = stored_token(receipt.arrival.token)
            changes = foreign_changes(token, receipt.arrival, resource_types=self.resource_types)
        except SetError as error:
            # another release took it in, by rules that no longer hold
            return _Plan((), Failed(error.err.upper(), error.description, may_pass=False))
        return _Plan(changes, None)

    async def _results(self, plans: Sequence[_Plan]) -> Sequence[Sequence[ApplyResult]]:
        changes = [change for plan in plans for change in plan.changes]
        try:
            results = iter(await self.changes.apply(changes) if changes else ())
        except ChangesRefusedError as error:
            return await self._results_apart(plans, error)
        return [
            [plan.failure] if plan.failure else [next(results) for _ in plan.changes]
            for plan in plans
        ]

    async def _results_apart(
        self, plans: Sequence[_Plan], error: ChangesRefusedError
    ) -> Sequence[Sequence[ApplyResult]]:
        """Find the one that spoils the list, so that the others pass."""
        if len(plans) == 1:
            return [[Failed(error.store_reason, error.detail, may_pass=True)]]
        middle = len(plans) // 2
        first = await self._results(plans[:middle])
        return [*first, *await self._results(plans[middle:])]
