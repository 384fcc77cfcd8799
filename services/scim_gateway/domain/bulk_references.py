r"""References to what a bulk request is about to create (RFC 7644 section 3.7.2).

They are found and resolved in JSON text as orjson writes it: `"bulkId:x"` for a value, and
`\"bulkId:x\"` inside a filter of a PATCH path. So no body is walked through that has none.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

import orjson

from scim.errors import InvalidValueError
from scim.messages import PATCH_OP
from scim_gateway.domain.bulk_operations import Method, Operation

PREFIX: Final = "bulkId:"
_MARK: Final = PREFIX.encode()
# A string begins with a quote after one of these, or after nothing; inside it, quotes are escaped.
_IN_VALUES: Final = re.compile(rb'(?<![^\[,:])(")bulkId:([^"\\]+)"')
_IN_FILTERS_TOO: Final = re.compile(rb'((?<![^\[,:])"|\\")bulkId:([^"\\]+)\1')
_CLAUSE: Final = "RFC 7644 section 3.7.2"


def unresolvable() -> InvalidValueError:
    """Return the error of a reference that leads nowhere.

    It does not name the bulkId, which may be anything: a password that begins in this way.
    """
    return InvalidValueError(
        "a bulkId that the operation refers to is of no POST of this request that succeeded",
        clause=_CLAUSE,
    )


def is_usable(bulk_id: str) -> bool:
    """Whether a bulkId can be referred to: in JSON it stands as it is."""
    return bulk_id != "" and orjson.dumps(bulk_id) == f'"{bulk_id}"'.encode()


def references(operation: Operation) -> frozenset[str]:
    """Return the bulkIds that the operation's path and body refer to."""
    in_body = _references_in(operation.body, operation.method)
    target = operation.target or ""
    return in_body | {target.removeprefix(PREFIX)} if target.startswith(PREFIX) else in_body


def refers_to(value: object, bulk_id: str) -> bool:
    """Whether what stands in a body refers to this bulkId."""
    return bulk_id in _references_in(orjson.dumps(value), Method.POST)


def resolved_target(operation: Operation, ids: Mapping[str, str]) -> str:
    """Return the id of the resource in the operation's path; raises `InvalidValueError`."""
    target = operation.target or ""
    if not target.startswith(PREFIX):
        return target
    return _id(target.removeprefix(PREFIX), ids)


def resolved_body(body: bytes, method: Method, ids: Mapping[str, str]) -> bytes:
    """Return the body with ids where it refers to bulkIds; raises `InvalidValueError`."""
    if _MARK not in body:
        return body

    def with_id(found: re.Match[bytes]) -> bytes:
        quote: bytes = found[1]
        return quote + orjson.dumps(_id(found[2].decode(), ids))[1:-1] + quote

    return _pattern(method).sub(with_id, body)


def parted(
    data: Mapping[str, Any], postponed: frozenset[str]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Part what a POST can say now from what refers to bulkIds that come later.

    Attributes stay whole; those of an extension are parted one by one.
    """
    now: dict[str, Any] = {}
    later: dict[str, Any] = {}
    for name, value in data.items():
        if not _references_in(orjson.dumps(value), Method.POST) & postponed:
            now[name] = value
        elif isinstance(value, dict) and ":" in name:
            now[name], later[name] = parted(value, postponed)
        else:
            later[name] = value
    return now, later


def addition(attributes: Mapping[str, Any]) -> bytes:
    """Return the body of a PATCH that adds these attributes (RFC 7644 section 3.5.2.1)."""
    head = f'{{"schemas":["{PATCH_OP}"],"Operations":[{{"op":"add","value":'
    return head.encode() + orjson.dumps(attributes) + b"}]}"


def _references_in(body: bytes, method: Method) -> frozenset[str]:
    if _MARK not in body:
        return frozenset()
    return frozenset(name.decode() for _, name in _pattern(method).findall(body))


def _pattern(method: Method) -> re.Pattern[bytes]:
    return _IN_FILTERS_TOO if method is Method.PATCH else _IN_VALUES


def _id(bulk_id: str, ids: Mapping[str, str]) -> str:
    if bulk_id not in ids:
        raise unresolvable()
    return ids[bulk_id]
