"""Carries out a request that was answered before, as it would have been carried out at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from scim_gateway.commands.carry_out_bulk import CarryOutBulk
from scim_gateway.domain.async_requests import AsyncRequest, BulkMessage, LoneRequest, operation_txn
from scim_gateway.domain.base_uris import RepresentationsBelow
from scim_gateway.domain.bulk_operations import (
    Failed,
    Malformed,
    OperationResult,
    Outcome,
)
from scim_gateway.domain.bulk_requests import BulkRequests
from scim_gateway.domain.callers import Caller
from scim_gateway.domain.errors import StoreRefusedError, StoreUnavailableError
from scim_gateway.domain.policies import PolicyOf
from scim_gateway.domain.representations import DERIVED_ATTRIBUTES
from scim_gateway.domain.resources import ResourceRef
from scim_gateway.domain.writes import Transaction, Write
from scim_gateway.ports.resource_store import ResourceStore


@dataclass(frozen=True, slots=True)
class Ended:
    """What became of one operation; `ref` as in `Completion`."""

    txn: str
    ref: ResourceRef | None
    method: str
    bulk_id: str | None
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class CarryOutRequest:
    """May be repeated: what has taken effect under its txn does not do so again."""

    store: ResourceStore
    representations: RepresentationsBelow
    bulk_requests: BulkRequests
    carry_out_bulk: CarryOutBulk
    policy_of: PolicyOf

    async def __call__(self, request: AsyncRequest, *, is_last: bool) -> Sequence[Ended]:
        """Return what became of it; nothing where the store has noted that with the change.

        Raises `StoreUnavailableError`, and then it is to be repeated; at the last attempt that is
        what became of it.
        """
        caller = Caller(
            request.tenant, request.principal, request.base_uri, self.policy_of(request.tenant)
        )
        transaction = Transaction(
            request.tenant, request.txn, request.traceparent, request.principal
        )
        match request.asked:
            case LoneRequest():
                return await self._lone(request.asked, caller, transaction, is_last=is_last)
            case BulkMessage():
                return await self._bulk(request.asked, caller, transaction, is_last=is_last)

    async def _lone(
        self, asked: LoneRequest, caller: Caller, transaction: Transaction, *, is_last: bool
    ) -> Sequence[Ended]:
        write = Write(
            transaction,
            asked.change,
            DERIVED_ATTRIBUTES,
            caller.policy,
            promised_below=caller.base_uri,
        )
        try:
            await self.store.write(write)
        except (StoreRefusedError, StoreUnavailableError) as error:
            if isinstance(error, StoreUnavailableError) and not is_last:
                raise
            ref = asked.ref
            below = self.representations(caller.base_uri)
            location = below.location(ref) if ref.id else None
            return [Ended(transaction.txn, ref, asked.method, None, Failed(error, location))]
        return []

    async def _bulk(
        self, bulk: BulkMessage, caller: Caller, transaction: Transaction, *, is_last: bool
    ) -> Sequence[Ended]:
        request = self.bulk_requests.parse(bulk.message)
        results = await self.carry_out_bulk(
            request, caller=caller, transaction=transaction, separator=":"
        )
        for result in results:
            match result.outcome:
                case Failed(error=StoreUnavailableError() as error) if not is_last:
                    raise error
        return [_ended(result, transaction.txn) for result in results]


def _ended(result: OperationResult, txn: str) -> Ended:
    operation = result.operation
    return Ended(
        txn=operation_txn(txn, result.index),
        ref=_ref(result),
        method=operation.method,
        bulk_id=operation.bulk_id,
        outcome=result.outcome,
    )


def _ref(result: OperationResult) -> ResourceRef | None:
    if isinstance(result.operation, Malformed):
        return None
    segment = (result.outcome.location or "").rpartition("/")[2]
    return ResourceRef(result.operation.resource_type.name, unquote(segment))
