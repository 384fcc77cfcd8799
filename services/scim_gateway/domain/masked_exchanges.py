"""From an exchange to what the request log keeps of it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice
from typing import Any, Final
from urllib.parse import parse_qsl

import orjson

from scim_gateway.domain.exchanges import Exchange, Omitted, Reason, WhyOmitted
from scim_gateway.domain.masking import Mask
from scim_gateway.domain.request_log import Body, Entry, Line
from scim_gateway.domain.secret_names import SecretNames

_LONGEST_PATH: Final = 1000
_LONGEST_QUERY: Final = 10_000
_LONGEST_HEADER: Final = 200
_MOST_ABOUT: Final = 100
_COMPARED: Final = re.compile(r'\b(?:userName|id)\s+eq\s+"([^"\\]+)"', re.IGNORECASE)
_PLURAL: Final = frozenset({"resources", "operations"})
_INNER: Final = frozenset({"data", "response"})
_PLACES: Final = ("/", "http")


def masked(exchange: Exchange, names: SecretNames) -> Entry:
    """Return the entry of an exchange, without a secret."""
    mask = Mask(names)
    # The request first: the answer may repeat what is masked in it.
    query = mask.query(exchange.query)
    asked, request = _body(exchange.request, mask)
    answered, response = _body(exchange.response, mask, may_repeat=bool(exchange.reasons))
    line = Line(
        id=exchange.id,
        tenant=exchange.tenant,
        principal=exchange.principal,
        duration=exchange.duration,
        method=exchange.method,
        path=exchange.path[:_LONGEST_PATH],
        query=query[:_LONGEST_QUERY],
        status=exchange.status,
        txn=exchange.txn,
        trace_id=exchange.trace_id,
        user_agent=exchange.headers.get("user-agent", "")[:_LONGEST_HEADER],
        reasons=tuple(_reason(reason, mask) for reason in exchange.reasons),
    )
    headers = {name: value[:_LONGEST_HEADER] for name, value in exchange.headers.items()}
    about = islice(_about(line, asked, answered), _MOST_ABOUT)
    return Entry(line, headers, request, response, frozenset(each.lower() for each in about))


def _body(body: bytes | Omitted, mask: Mask, *, may_repeat: bool = False) -> tuple[Any, Body]:
    """Return a body as JSON, and as it is kept."""
    if isinstance(body, Omitted):
        return None, Body(body.size, omitted=body.why)
    if not body:
        return None, Body(0)
    shown = mask.json(_structure(body))
    if shown is None:
        return None, Body(len(body), omitted=WhyOmitted.NOT_JSON)
    if may_repeat:
        shown = _unrepeated(shown, mask)
    return shown, Body(len(body), orjson.dumps(shown).decode())


def _structure(body: bytes) -> dict[str, Any] | list[Any] | None:
    """Return the object or array that a body is; in anything else nothing tells what is secret."""
    try:
        parsed = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    return parsed if isinstance(parsed, dict | list) else None


def _unrepeated(value: Any, mask: Mask) -> Any:  # noqa: ANN401  JSON
    match value:
        case str():
            return mask.repeated(value)
        case list():
            return [_unrepeated(element, mask) for element in value]
        case dict():
            return {name: _unrepeated(member, mask) for name, member in value.items()}
    return value


def _reason(reason: Reason, mask: Mask) -> Reason:
    return replace(
        reason,
        detail=mask.repeated(reason.detail),
        attribute_path=mask.repeated(mask.expression(reason.attribute_path)),
    )


def _about(line: Line, *bodies: Any) -> Iterator[str]:  # noqa: ANN401  JSON
    """Yield the ids and userNames that the path, the filter and the bodies name."""
    yield from _of_path(line.path)
    for name, value in parse_qsl(line.query):
        if name.lower() == "filter":
            yield from _COMPARED.findall(value)
    for body in bodies:
        yield from _of_body(body)


def _of_path(path: str) -> Iterator[str]:
    _, *rest = path.partition("/v2/")[2].split("/")
    if rest and rest[0] and not rest[0].startswith("."):
        yield rest[0]


def _of_body(body: Any) -> Iterator[str]:  # noqa: ANN401  JSON
    if not isinstance(body, Mapping):
        return
    for name, value in body.items():
        folded = name.lower()
        if folded in {"id", "username"} and isinstance(value, str):
            yield value
        elif folded in _PLURAL and isinstance(value, list):
            for element in value:
                yield from _of_body(element)
        elif folded in _INNER:
            yield from _of_body(value)
        elif (
            folded in {"path", "location"} and isinstance(value, str) and value.startswith(_PLACES)
        ):
            yield from islice(reversed(value.split("/")), 1)
        elif folded == "filter" and isinstance(value, str):
            yield from _COMPARED.findall(value)
