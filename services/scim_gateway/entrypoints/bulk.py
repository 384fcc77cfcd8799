"""The endpoint of bulk requests: /Bulk (RFC 7644 section 3.7)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson
from starlette.requests import Request

from scim.messages import BULK_RESPONSE
from scim_gateway.commands.carry_out_bulk import CarryOutBulk
from scim_gateway.domain.bulk_operations import Failed, Method, OperationResult, Succeeded
from scim_gateway.domain.bulk_requests import BulkRequests
from scim_gateway.domain.writes import Transaction
from scim_gateway.entrypoints.answers import Answer, json_answer
from scim_gateway.entrypoints.authentication import Authentication
from scim_gateway.entrypoints.errors import error_answer, reason_of
from scim_gateway.entrypoints.notes import notes_of
from scim_gateway.entrypoints.requests import read_object
from servicekit.telemetry import current_traceparent


@dataclass(frozen=True, slots=True)
class BulkEndpoint:
    """Handler."""

    authentication: Authentication
    requests: BulkRequests
    carry_out_bulk: CarryOutBulk
    new_txn: Callable[[], str]

    async def carry_out(self, request: Request) -> Answer:
        """POST; answers 200 whatever became of the operations, each of which has its own status."""
        caller = await self.authentication.caller(request)
        max_bytes = self.requests.limits.max_payload_size
        _, message = await read_object(request, max_bytes=max_bytes)
        notes = notes_of(request)
        notes.txn = self.new_txn()
        results = await self.carry_out_bulk(
            self.requests.parse(message),
            caller=caller,
            transaction=Transaction(
                caller.tenant, notes.txn, current_traceparent(), caller.principal
            ),
        )
        notes.reasons.extend(
            reason_of(result.outcome.error, operation=place)
            for place, result in enumerate(results)
            if isinstance(result.outcome, Failed)
        )
        shown = [_result(result) for result in results]
        return json_answer(200, {"schemas": [BULK_RESPONSE], "Operations": shown})


def _result(result: OperationResult) -> dict[str, Any]:
    """Show one result; that of a success has no `response`, as the location tells where it is."""
    operation, outcome = result.operation, result.outcome
    given: dict[str, Any] = {
        "method": operation.method,
        "bulkId": operation.bulk_id,
        "location": outcome.location,
    }
    match outcome:
        case Succeeded(_, version):
            shown = {**given, "version": version, "status": _status(operation.method)}
        case Failed(error):
            answer = error_answer(error)
            shown = {
                **given,
                "status": str(answer.status),
                "response": orjson.Fragment(answer.body),
            }
    return {name: value for name, value in shown.items() if value is not None}


def _status(method: str) -> str:
    """Return what a request of its own would have been answered with."""
    return {Method.POST: "201", Method.DELETE: "204"}.get(Method(method), "200")
