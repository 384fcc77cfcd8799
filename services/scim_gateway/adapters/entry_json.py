"""An entry of the request log as two JSON texts: what a list shows, and the rest."""

from typing import Any

import orjson

from scim_gateway.domain.exchanges import Reason
from scim_gateway.domain.request_log import Body, Entry, Line


def line_json(line: Line) -> str:
    """Return what a list shows of an entry."""
    return orjson.dumps(line).decode()


def rest_json(entry: Entry) -> str:
    """Return what only the entry itself shows."""
    rest = {
        "headers": dict(entry.headers),
        "request": entry.request,
        "response": entry.response,
        "about": sorted(entry.about),
    }
    return orjson.dumps(rest).decode()


def nested_string(value: str) -> str:
    """Return how a JSON string within a body stands in what `rest_json` returns."""
    within = orjson.dumps(value).decode()
    return orjson.dumps(within).decode()[1:-1]


def parse_line(text: str) -> Line:
    """Return the line that `line_json` wrote."""
    members: dict[str, Any] = orjson.loads(text)
    reasons = tuple(Reason(**reason) for reason in members.pop("reasons"))
    return Line(**members, reasons=reasons)


def parse_entry(line: str, rest: str) -> Entry:
    """Return the entry that both texts were written of."""
    members = orjson.loads(rest)
    return Entry(
        parse_line(line),
        members["headers"],
        Body(**members["request"]),
        Body(**members["response"]),
        frozenset(members["about"]),
    )
