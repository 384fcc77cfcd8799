"""Applying received events to the store."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from secevent.errors import SetError
from set_receiver.commands.doubts import Doubts
from set_receiver.domain.changes import (
    Applicable,
    ChangeKind,
    Fetchable,
    ForeignChange,
    Ignored,
    Inapplicable,
    Relinked,
    foreign_changes,
    is_feed_event,
    stored_token,
    treatment,
    wants_fetch,
)
from set_receiver.domain.errors import (
    ChangesRefusedError,
    StoreUnavailableError,
    StreamUnknownError,
)
from set_receiver.domain.links import Link
from set_receiver.domain.receipts import ERASED, Receipt, ReceiptState, Standing
from set_receiver.domain.reconciling import Told, changes_link, link_after
from set_receiver.domain.settling import Failed, Outcome, RetryBudget, standing_after
from set_receiver.ports.changes import Changes
from set_receiver.ports.receipts import Receipts

TimeLeft = Callable[[], float]
"""Says for how many seconds a call may last that begins now."""


_TOOK_PLACE = frozenset({ReceiptState.APPLIED, ReceiptState.WITHOUT_EFFECT})


@dataclass(frozen=True, slots=True)
class _Plan:
    """What a receipt asks of the store, or why there is nothing to ask."""

    changes: tuple[ForeignChange, ...]
    decided: Failed | Ignored | Inapplicable | Relinked | None = None
    told: Told | None = None
    needs_fetch: bool = False


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
    doubts: Doubts

    async def apply(self, positions: Sequence[int], *, time_left: TimeLeft) -> Sequence[Receipt]:
        """Return the receipts with their new standings, which are yet to be recorded.

        Those that `needs_fetch` keep their standing, for `FetchResources` to change.
        Raises `StoreUnavailableError`; then nothing is known to have happened.
        """
        found = await self.receipts.read(positions)
        plans = await self._without_gaps([self._plan(receipt) for receipt in found])
        outcomes = await self._outcomes(plans, time_left=time_left)
        return [self._settled(*each) for each in zip(found, plans, outcomes, strict=True)]

    async def record(self, applied: Sequence[Receipt], *, fence: int) -> None:
        """Make the new standings durable, after what they say of links.

        Raises as `Receipts.record` does.
        """
        links = [receipt.link for receipt in applied if receipt.link is not None]
        if links:
            await self.doubts.links.write(links, fence=fence)
        standings = {receipt.position: receipt.standing for receipt in applied}
        await self.receipts.record(standings, fence=fence)

    def _settled(self, receipt: Receipt, plan: _Plan, outcomes: Sequence[Outcome]) -> Receipt:
        told = plan.told
        if plan.needs_fetch or (told and self.doubts.leaves_doubt(told, plan.changes, outcomes)):
            return replace(receipt, needs_fetch=True)
        standing = standing_after(
            outcomes,
            receipt.standing,
            budget=self.budget,
            now=self.clock(),
            jitter=self.jitter(),
        )
        return replace(receipt, standing=standing, link=self._link(told, standing))

    def _link(self, told: Told | None, standing: Standing) -> Link | None:
        if told is None or standing.state not in _TOOK_PLACE or not changes_link(told):
            return None
        arrival = told.arrival
        is_kept = self.doubts.publisher_of(arrival.tenant, arrival.stream_id) is not None
        return link_after(told) if is_kept or is_feed_event(told.token) else None

    def _plan(self, receipt: Receipt) -> _Plan:
        arrival = receipt.arrival
        if not arrival.token:
            return _Plan((), Ignored(ERASED))
        try:
            told = Told(stored_token(arrival), arrival)
            return self._plan_for(told)
        except SetError as error:
            # another release took it in, by rules that no longer hold
            return _Plan((), Failed(error.err.upper(), error.description, may_pass=False))

    def _plan_for(self, told: Told) -> _Plan:
        publishers, token, arrival = self.doubts.publishers, told.token, told.arrival
        can_fetch = False
        if wants_fetch(token):
            try:
                can_fetch = publishers.publisher_of(arrival.tenant, arrival.stream_id) is not None
            except StreamUnknownError as error:
                is_away = error.is_registrar_away
                return _Plan((), Failed(error.reason, str(error), may_pass=True, is_away=is_away))
        match treatment(token, resource_types=self.resource_types, can_fetch=can_fetch):
            case Applicable():
                changes = foreign_changes(token, arrival, resource_types=self.resource_types)
                return _Plan(changes, told=told)
            case Fetchable():
                return _Plan((), told=told, needs_fetch=True)
            case decided:
                return _Plan((), decided, told)

    async def _without_gaps(self, plans: Sequence[_Plan]) -> Sequence[_Plan]:
        """Have those fetched that are patches of another version than what was applied last."""
        patches = [plan for plan in plans if any(_is_on_a_version(c) for c in plan.changes)]
        links = await self.doubts.known_links([plan.told for plan in patches if plan.told])
        return [
            _Plan((), told=plan.told, needs_fetch=True)
            if plan.told and self.doubts.has_gap(plan.told, plan.changes, links)
            else plan
            for plan in plans
        ]

    async def _outcomes(
        self, plans: Sequence[_Plan], *, time_left: TimeLeft
    ) -> Sequence[Sequence[Outcome]]:
        changes = [change for plan in plans for change in plan.changes]
        try:
            results = iter(
                await self.changes.apply(changes, seconds=some(time_left)) if changes else ()
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


def _is_on_a_version(change: ForeignChange) -> bool:
    return change.kind is ChangeKind.PATCH and bool(change.version_before)


def some(time_left: TimeLeft) -> float:
    """Return how long a call may take. Raises `StoreUnavailableError` where no time is left."""
    seconds = time_left()
    if seconds <= 0:
        raise StoreUnavailableError("there is no time left to ask it")
    return seconds
