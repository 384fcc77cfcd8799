"""Carries out many operations of one request (RFC 7644 section 3.7)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from scim.errors import ScimError
from scim_gateway.commands.bulk_progress import Progress
from scim_gateway.domain.base_uris import RepresentationsBelow
from scim_gateway.domain.bulk_operations import BulkRequest, OperationResult, Refusal
from scim_gateway.domain.bulk_plan import Completion, Stage, Step, planned
from scim_gateway.domain.callers import Caller
from scim_gateway.domain.errors import GatewayError, StoreRefusedError, StoreUnavailableError
from scim_gateway.domain.policies import Policy
from scim_gateway.domain.representations import DERIVED_ATTRIBUTES
from scim_gateway.domain.resources import StoredResource
from scim_gateway.domain.writes import Change, Transaction, Write
from scim_gateway.ports.resource_store import ResourceStore

MAX_BATCH: Final = 64
"""After so many operations of one request, others have their turn at the store."""

Written: TypeAlias = StoredResource | StoreRefusedError | StoreUnavailableError | None


@dataclass(frozen=True, slots=True)
class CarryOutBulk:
    """Sends batches to the store, one after the other, as the plan has them."""

    store: ResourceStore
    representations: RepresentationsBelow

    async def __call__(
        self,
        request: BulkRequest,
        *,
        caller: Caller,
        transaction: Transaction,
        separator: str = "-",
    ) -> list[OperationResult]:
        """Return what became of each operation that was processed, in the request's order.

        Each has a txn of its own, made of the request's, the separator, and its place in the
        request. It may be repeated: what took effect under its txn does so once.
        """
        progress = Progress(request.operations, self.representations(caller.base_uri))
        work = _Work(
            self.store,
            transaction,
            caller.policy,
            progress,
            request.fail_on_errors,
            separator,
        )
        for stage in planned(request.operations, in_order=request.fail_on_errors is not None):
            await work.carry_out(stage)
        return progress.results()


@dataclass(slots=True)
class _Work:
    store: ResourceStore
    transaction: Transaction
    policy: Policy
    progress: Progress
    fail_on_errors: int | None
    separator: str
    unavailable: StoreUnavailableError | None = None

    async def carry_out(self, stage: Stage) -> None:
        remaining = list(stage)
        while remaining:
            if self._errors_left() == 0:
                # What was begun is brought to its end; the rest is not begun.
                remaining = [step for step in remaining if isinstance(step, Completion)]
            size = min(MAX_BATCH, self._errors_left() or MAX_BATCH)
            batch, remaining = remaining[:size], remaining[size:]
            await self._carry_out_batch([step for step in batch if self.progress.is_due(step)])

    def _errors_left(self) -> int | None:
        """Count the errors that end the request; a larger batch could go past the last of them."""
        if self.fail_on_errors is None:
            return None
        return max(0, self.fail_on_errors - self.progress.errors)

    async def _carry_out_batch(self, batch: Sequence[Step]) -> None:
        changes: list[tuple[Step, Change]] = []
        failed: list[tuple[Step, Refusal]] = []
        for step in batch:
            try:
                changes.append((step, self.progress.change(step)))
            except (ScimError, GatewayError) as error:
                failed.append((step, error))
        written = await self._write([(_place(step), change) for step, change in changes])
        for (step, _), result in zip(changes, written, strict=True):
            if isinstance(result, Exception):
                failed.append((step, result))
            else:
                self.progress.succeed(step, result)
        await self._fail(failed)

    async def _fail(self, failed: Sequence[tuple[Step, Refusal]]) -> None:
        undoing: dict[str, Change] = {}
        for step, error in failed:
            undone = self.progress.fail(step, self.unavailable or error)
            undoing |= {f"{index}-undone": deletion for index, deletion in undone.items()}
        await self._write(list(undoing.items()), self.policy.of_undoing())

    async def _write(
        self, changes: Sequence[tuple[str, Change]], policy: Policy | None = None
    ) -> Sequence[Written]:
        """Return a result for each change; what is away once is not waited for again."""
        if self.unavailable is not None or not changes:
            return [self.unavailable] * len(changes)
        try:
            requests = [self._request(*each, policy or self.policy) for each in changes]
            return await self.store.write_all(requests)
        except StoreUnavailableError as error:
            self.unavailable = error
            return [error] * len(changes)
        except StoreRefusedError as error:
            return [error] * len(changes)

    def _request(self, place: str, change: Change, policy: Policy) -> Write:
        return Write(
            replace(self.transaction, txn=f"{self.transaction.txn}{self.separator}{place}"),
            change,
            omitted_attributes=DERIVED_ATTRIBUTES,
            policy=policy,
        )


def _place(step: Step) -> str:
    """Tell the writes of one request apart."""
    return f"{step.index}-completed" if isinstance(step, Completion) else str(step.index)
