"""What is kept of a request until it is carried out: a line of JSON, and the body as it came.

Only a gateway reads it. A name that is missing stands for what an earlier release knew nothing of.
"""

from typing import Any

import orjson

from scim_gateway.domain.async_requests import Asked, AsyncRequest, BulkMessage, LoneRequest
from scim_gateway.domain.resources import ResourceRef
from scim_gateway.domain.writes import ClientChange, Create, Delete, Patch, Replace

_BULK = "bulk"


def encode_operation(request: AsyncRequest) -> bytes:
    """Return what was asked for, and where, as it is kept."""
    head, body = _head_and_body(request.asked)
    around = {"base_uri": request.base_uri, "traceparent": request.traceparent}
    return orjson.dumps({**head, **around}) + b"\n" + body


def decode_operation(operation: bytes, *, tenant: str, txn: str, principal: str) -> AsyncRequest:
    """Return the request; raises `ValueError` or `KeyError`."""
    line, _, body = operation.partition(b"\n")
    head: dict[str, Any] = orjson.loads(line)
    where, traceparent = head["base_uri"], head["traceparent"]
    return AsyncRequest(tenant, txn, principal, where, traceparent, _asked(head, body))


def _head_and_body(asked: Asked) -> tuple[dict[str, Any], bytes]:
    match asked:
        case BulkMessage(message):
            return {"method": _BULK}, orjson.dumps(message)
        case LoneRequest(Create(resource_type, body)):
            return {"method": "POST", "type": resource_type}, body
        case LoneRequest(Replace(ref, body, if_match)):
            return _existing("PUT", ref, if_match), body
        case LoneRequest(Patch(ref, body, if_match)):
            return _existing("PATCH", ref, if_match), body
        case LoneRequest(Delete(ref, if_match)):
            return _existing("DELETE", ref, if_match), b""
    raise TypeError(asked)


def _existing(method: str, ref: ResourceRef, if_match: str | None) -> dict[str, Any]:
    return {"method": method, "type": ref.resource_type, "id": ref.id, "if_match": if_match}


def _asked(head: dict[str, Any], body: bytes) -> Asked:
    if head["method"] == _BULK:
        return BulkMessage(orjson.loads(body))
    return LoneRequest(_change(head, body))


def _change(head: dict[str, Any], body: bytes) -> ClientChange:
    method = head["method"]
    if method == "POST":
        return Create(head["type"], body)
    ref, if_match = ResourceRef(head["type"], head["id"]), head["if_match"]
    match method:
        case "PUT":
            return Replace(ref, body, if_match)
        case "PATCH":
            return Patch(ref, body, if_match)
        case "DELETE":
            return Delete(ref, if_match)
    raise ValueError(f"{method} is no method of a request that is kept")
