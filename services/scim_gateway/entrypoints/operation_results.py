"""What became of an operation, as a BulkResponse tells it (RFC 7644 section 3.7.3)."""

from typing import Any

import orjson

from scim_gateway.domain.bulk_operations import Failed, Method, Outcome, Succeeded
from scim_gateway.entrypoints.errors import error_answer


def operation_result(method: str, bulk_id: str | None, outcome: Outcome) -> dict[str, Any]:
    """Show one result; that of a success has no `response`, as the location tells where it is."""
    given: dict[str, Any] = {"method": method, "bulkId": bulk_id, "location": outcome.location}
    match outcome:
        case Succeeded(_, version):
            shown = {**given, "version": version, "status": _status(method)}
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
