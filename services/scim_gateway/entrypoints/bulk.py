"""The endpoint of bulk requests: /Bulk (RFC 7644 section 3.7)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import orjson
from starlette.requests import Request

from scim.messages import BULK_RESPONSE
from scim_gateway.commands.carry_out_bulk import CarryOutBulk
from scim_gateway.domain.async_requests import BulkMessage, Promise
from scim_gateway.domain.bulk_operations import Failed
from scim_gateway.domain.bulk_requests import BulkRequests
from scim_gateway.domain.writes import Transaction
from scim_gateway.entrypoints.answers import Answer, json_answer
from scim_gateway.entrypoints.authentication import Authentication
from scim_gateway.entrypoints.early_answers import EarlyAnswers, Given
from scim_gateway.entrypoints.errors import reason_of
from scim_gateway.entrypoints.notes import notes_of
from scim_gateway.entrypoints.operation_results import operation_result
from scim_gateway.entrypoints.requests import read_object
from servicekit.telemetry import current_traceparent


@dataclass(frozen=True, slots=True)
class BulkEndpoint:
    """Handler."""

    authentication: Authentication
    requests: BulkRequests
    carry_out_bulk: CarryOutBulk
    early_answers: EarlyAnswers
    new_txn: Callable[[], str]

    async def carry_out(self, request: Request) -> Answer:
        """POST; answers 200 whatever became of the operations, each of which has its own status."""
        caller = await self.authentication.caller(request)
        max_bytes = self.requests.limits.max_payload_size
        body, message = await read_object(request, max_bytes=max_bytes)
        parsed = self.requests.parse(message)
        notes = notes_of(request)
        notes.txn = self.new_txn()
        transaction = Transaction(caller.tenant, notes.txn, current_traceparent(), caller.principal)
        given = Given(caller, transaction, BulkMessage(message), body, message)
        if early := await self.early_answers.answer(request, given, _ordinary):
            return early
        results = await self.carry_out_bulk(parsed, caller=caller, transaction=transaction)
        notes.reasons.extend(
            reason_of(result.outcome.error, operation=place)
            for place, result in enumerate(results)
            if isinstance(result.outcome, Failed)
        )
        return _bulk_response(
            [
                operation_result(each.operation.method, each.operation.bulk_id, each.outcome)
                for each in results
            ]
        )


async def _ordinary(promise: Promise) -> Answer | None:
    if promise.lone is not None:
        return None
    return _bulk_response([orjson.Fragment(each.response) for each in promise.completions])


def _bulk_response(operations: Sequence[object]) -> Answer:
    return json_answer(200, {"schemas": [BULK_RESPONSE], "Operations": operations})
