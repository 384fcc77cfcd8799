"""Applying received events to the store."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from secevent.errors import SetError
from secevent.token import SecurityEventToken
from set_receiver.commands.doubts import Doubts
from set_receiver.commands.react import React
from set_receiver.commands.route_receipts import RouteReceipts
from set_receiver.domain.changes import (
    Applicable,
    ChangeKind,
    Fetchable,
    ForeignChange,
    Ignored,
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
from set_receiver.domain.handling import APPLY, Handling, parse_handling
from set_receiver.domain.links import Link
from set_receiver.domain.reactions import UNSUPPORTED_SUBJECT_REASON, Reaction, lookup_of
from set_receiver.domain.receipts import ERASED, Arrival, Receipt, ReceiptState, Standing
from set_receiver.domain.reconciling import Told, changes_link, link_after
from set_receiver.domain.routing import (
    NOT_ROUTED_REASON,
    SetToRoute,
    has_been_here,
    set_to_route,
)
from set_receiver.domain.settling import (
    Disposition,
    Failed,
    Outcome,
    RetryBudget,
    Routed,
    Waiting,
    standing_after,
)
from set_receiver.ports.changes import Changes
from set_receiver.ports.receipts import Receipts

TimeLeft = Callable[[], float]
"""Says for how many seconds a call may last that begins now."""


_TOOK_PLACE = frozenset({ReceiptState.APPLIED, ReceiptState.WITHOUT_EFFECT})


@dataclass(frozen=True, slots=True)
class _Plan:
    """Where a receipt goes on to, and what it asks of the store, or why there is nothing to ask."""

    changes: tuple[ForeignChange, ...]
    decided: Outcome | None = None
    told: Told | None = None
    needs_fetch: bool = False
    to_route: SetToRoute | None = None
    handling: Handling = APPLY
    reaction: Reaction | None = None

    def after_routing(self, trouble: Failed | Waiting | None) -> "_Plan":
        """Return what is left to do once it has gone on; where it has not, nothing."""
        if trouble is not None:
            return replace(self, changes=(), decided=trouble, reaction=None, needs_fetch=False)
        is_routed = self.to_route is not None
        changes = tuple(replace(change, routed=is_routed) for change in self.changes)
        return replace(self, changes=changes)


@dataclass(frozen=True, slots=True)
class ApplyReceipts:
    """Applies pending receipts of different lanes, and says where they stand then."""

    receipts: Receipts
    changes: Changes
    route: RouteReceipts
    react: React
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
        cluster = await self._cluster(found, time_left=time_left)
        planned = await self._without_gaps(
            [self._plan(receipt, cluster=cluster) for receipt in found]
        )
        routed = await self._routed(found, planned, time_left=time_left)
        plans = [await self._reacted(plan, time_left=time_left) for plan in routed]
        outcomes = await self._outcomes(plans, time_left=time_left)
        return [self._settled(*each) for each in zip(found, plans, outcomes, strict=True)]

    def _standing(
        self, receipt: Receipt, plan: _Plan, outcomes: Sequence[Outcome], *, now: int
    ) -> Standing:
        standing = standing_after(
            outcomes, receipt.standing, budget=self.budget, now=now, jitter=self.jitter()
        )
        return replace(standing, routed=_routed_as(receipt, plan))

    async def _cluster(self, found: Sequence[Receipt], *, time_left: TimeLeft) -> str:
        """Return this cluster's name where something is to go on from it."""
        if not any(each.arrival.handling for each in found):
            return ""
        return await self.changes.cluster(seconds=some(time_left))

    async def _routed(
        self, found: Sequence[Receipt], plans: Sequence[_Plan], *, time_left: TimeLeft
    ) -> Sequence[_Plan]:
        """Send on what is to go on, and return what is left to do.

        It goes on before it takes effect here: were it the other way round, what marks its effect
        as told already would be untrue if it could never go on.
        """
        to_route = {
            receipt.position: plan.to_route
            for receipt, plan in zip(found, plans, strict=True)
            if plan.to_route is not None and not receipt.standing.routed
        }
        troubles = await self.route(to_route, time_left=time_left)
        return [
            plan.after_routing(troubles.get(receipt.position))
            for receipt, plan in zip(found, plans, strict=True)
        ]

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
            standing = replace(receipt.standing, routed=_routed_as(receipt, plan))
            return replace(receipt, standing=standing, needs_fetch=True)
        standing = self._standing(receipt, plan, outcomes, now=self.clock())
        return replace(receipt, standing=standing, link=self._link(told, standing))

    def _link(self, told: Told | None, standing: Standing) -> Link | None:
        if told is None or standing.state not in _TOOK_PLACE or not changes_link(told):
            return None
        arrival = told.arrival
        is_kept = self.doubts.publisher_of(arrival.tenant, arrival.stream_id) is not None
        return link_after(told) if is_kept or is_feed_event(told.token) else None

    async def _reacted(self, plan: _Plan, *, time_left: TimeLeft) -> _Plan:
        if plan.reaction is None:
            return plan
        return replace(plan, decided=await self.react(plan.reaction, time_left=time_left))

    def _plan(self, receipt: Receipt, *, cluster: str) -> _Plan:
        arrival = receipt.arrival
        if not arrival.token:
            return _Plan((), Ignored(ERASED))
        handling = parse_handling(receipt.arrival.handling)
        try:
            told = Told(stored_token(arrival), arrival)
            to_route = _to_route(told.token, arrival, handling, cluster=cluster)
            reaction = self._reaction(told.token, arrival, handling, cluster=cluster)
            plan = reaction or self._plan_here(told, handling, to_route)
        except SetError as error:
            # another release took it in, by rules that no longer hold
            return _Plan((), Failed(error.err.upper(), error.description, may_pass=False))
        return replace(plan, to_route=to_route, handling=handling)

    def _reaction(
        self, token: SecurityEventToken, arrival: Arrival, handling: Handling, *, cluster: str
    ) -> _Plan | None:
        """Return the plan of an event that sets something off here; None for any other."""
        action = handling.action_for(token.events)
        if action is None:
            return None
        if has_been_here(token, cluster=cluster):
            return _Plan((), Disposition.OWN)
        lookup = lookup_of(token, resource_types=self.resource_types)
        if lookup is None:
            return _Plan((), Ignored(UNSUPPORTED_SUBJECT_REASON))
        reaction = Reaction(
            tenant=arrival.tenant,
            stream_id=arrival.stream_id,
            lookup=lookup,
            action=action,
            txn=token.txn or f"{token.iss}#{token.jti}",
            lineage=token.provenance.lineage if token.provenance else (),
            traceparent=arrival.traceparent,
        )
        return _Plan((), None, reaction=reaction)

    def _plan_here(self, told: Told, handling: Handling, to_route: SetToRoute | None) -> _Plan:
        if not handling.applies:
            return _Plan((), Routed() if to_route else Ignored(NOT_ROUTED_REASON))
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
                if to_route is not None:
                    changes = tuple(_as_routed(change, to_route) for change in changes)
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
            replace(plan, changes=(), needs_fetch=True)
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


def _routed_as(receipt: Receipt, plan: _Plan) -> str:
    """Return how a receipt has gone on, as its standing says it."""
    mode = plan.handling.route_mode
    if mode is None or plan.to_route is None or isinstance(plan.decided, Failed | Waiting):
        return receipt.standing.routed
    return mode.value


def _to_route(
    token: SecurityEventToken, arrival: Arrival, handling: Handling, *, cluster: str
) -> SetToRoute | None:
    if handling.route_mode is None:
        return None
    return set_to_route(token, arrival, mode=handling.route_mode, cluster=cluster)


def _as_routed(change: ForeignChange, to_route: SetToRoute) -> ForeignChange:
    """Let a change have the stamp here that it has where it goes on to."""
    return replace(change, clock=to_route.origin_clock, cluster=to_route.origin_cluster)


def some(time_left: TimeLeft) -> float:
    """Return how long a call may take. Raises `StoreUnavailableError` where no time is left."""
    seconds = time_left()
    if seconds <= 0:
        raise StoreUnavailableError("there is no time left to ask it")
    return seconds
