"""Fetching what events are about from its publisher, and applying that (RFC 9967 appendix A)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from secevent.errors import SetError
from set_receiver.commands.apply_receipts import TimeLeft, some
from set_receiver.domain.changes import stored_token
from set_receiver.domain.errors import ChangesRefusedError, StreamUnknownError
from set_receiver.domain.fetching import Answer, Fetched, Gone, Unfetched
from set_receiver.domain.links import Link
from set_receiver.domain.receipts import Receipt, ReceiptState, Standing, settled
from set_receiver.domain.reconciling import Told, changes_after, leading_run, link_after, link_key
from set_receiver.domain.settling import Disposition, Failed, Outcome, RetryBudget, standing_after
from set_receiver.ports.changes import Changes
from set_receiver.ports.publishers import PublishedResources, StreamPublishers
from set_receiver.ports.receipts import Receipts

COALESCED: Final = "COALESCED: fetched once with a later event of the resource"
_TOOK_PLACE: Final = frozenset({ReceiptState.APPLIED, ReceiptState.WITHOUT_EFFECT})


@dataclass(frozen=True, slots=True)
class FetchRound:
    """The first receipts of a lane with their new standings, and how the publisher was.

    Without receipts it could not be done: the stream's publisher is configured no longer.
    """

    receipts: Sequence[Receipt]
    unfetched: Unfetched | None = None


@dataclass(frozen=True, slots=True)
class FetchResources:
    """Fetches the resource of one lane's receipts, once for as many of them as it answers."""

    receipts: Receipts
    changes: Changes
    publishers: StreamPublishers
    published: PublishedResources
    resource_types: Mapping[str, str]
    budget: RetryBudget
    clock: Callable[[], int]
    jitter: Callable[[], float]
    """In [0, 1)."""

    async def __call__(self, positions: Sequence[int], *, time_left: TimeLeft) -> FetchRound:
        """Return what became of the first of a lane's receipts, which is yet to be recorded.

        Raises `StoreUnavailableError`; then nothing is known to have happened.
        """
        found = _understood(await self.receipts.read(positions))
        if not found or found[0][0].position != positions[0]:
            return FetchRound(())
        run = leading_run([told for _, told in found])
        answer = await self._fetch(run[0])
        if answer is None:
            return FetchRound(())
        outcomes = await self._outcomes(run, answer, time_left=time_left)
        return FetchRound(
            self._settled([receipt for receipt, _ in found[: len(run)]], run, outcomes, answer),
            answer if isinstance(answer, Unfetched) else None,
        )

    async def _fetch(self, told: Told) -> Answer | None:
        arrival = told.arrival
        try:
            publisher = self.publishers.publisher_of(arrival.tenant, arrival.stream_id)
        except StreamUnknownError:
            return None
        if publisher is None:
            return None
        return await self.published.fetch(publisher, arrival.subject_uri)

    async def _outcomes(
        self, run: Sequence[Told], answer: Answer, *, time_left: TimeLeft
    ) -> Sequence[Outcome]:
        if isinstance(answer, Unfetched):
            return [_failed(answer)]
        changes = changes_after(run, answer, resource_types=self.resource_types)
        if not changes:
            return [Disposition.UNCHANGED]
        try:
            return await self.changes.apply(changes, seconds=some(time_left))
        except ChangesRefusedError as error:
            return [Failed(error.store_reason, error.detail, may_pass=True)]

    def _settled(
        self,
        receipts: Sequence[Receipt],
        run: Sequence[Told],
        outcomes: Sequence[Outcome],
        answer: Answer,
    ) -> Sequence[Receipt]:
        """Return the receipts of a run; while it fails the first one stands for all of them."""
        now = self.clock()
        standing = standing_after(
            outcomes, receipts[0].standing, budget=self.budget, now=now, jitter=self.jitter()
        )
        standing = replace(standing, routed=receipts[0].standing.routed)
        if standing.state is ReceiptState.PENDING:
            return [replace(receipts[0], standing=standing)]
        if standing.state not in _TOOK_PLACE:
            return [replace(receipt, standing=standing) for receipt in receipts]
        coalesced = settled(ReceiptState.WITHOUT_EFFECT, COALESCED, now=now)
        last = replace(receipts[-1], standing=_told(standing, answer), link=_link(run[-1], answer))
        return [*(replace(receipt, standing=coalesced) for receipt in receipts[:-1]), last]


def _understood(receipts: Sequence[Receipt]) -> Sequence[tuple[Receipt, Told]]:
    """Return the first receipts, up to one that is erased, or that only an older release read.

    One with a handling of its own stands alone: more is to be done with it than to fetch.
    """
    understood: list[tuple[Receipt, Told]] = []
    for receipt in receipts:
        arrival = receipt.arrival
        try:
            token = stored_token(arrival) if arrival.token else None
        except SetError:
            token = None
        if token is None or (
            understood and (arrival.handling or understood[0][0].arrival.handling)
        ):
            break
        understood.append((receipt, Told(token, arrival)))
    return understood


def _failed(answer: Unfetched) -> Failed:
    return Failed(
        answer.reason,
        answer.detail,
        may_pass=True,
        retry_after=answer.retry_after,
        is_away=answer.is_away,
    )


def _told(standing: Standing, answer: Answer) -> Standing:
    """Say in the reason what was fetched, and what that did."""
    is_applied = standing.state is ReceiptState.APPLIED
    match answer:
        case Gone():
            done = "GONE: the publisher has it no more"
            effect = "deleted here" if is_applied else f"nothing to delete here {standing.reason}"
        case _:
            done = "FETCHED: fetched from the publisher"
            effect = "and replaced" if is_applied else f"without effect {standing.reason}"
    return replace(standing, reason=f"{done}; {effect}".rstrip())


def _link(told: Told, answer: Answer) -> Link:
    if isinstance(answer, Fetched):
        return link_after(told, version=answer.version)
    return Link(link_key(told.arrival), is_linked=False, version="")
