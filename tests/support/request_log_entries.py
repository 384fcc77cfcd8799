"""Entries of the request log, and the exchanges that they are made of."""

from typing import Any

from scim_gateway.domain.exchanges import Exchange, Reason
from scim_gateway.domain.request_log import Body, Entry, Line, entry_id

NOW = 1_800_000_000_000_000
REFUSED = Reason(400, "INVALID_VALUE", "invalidValue", "no", "emails.value", "RFC 7643", None)


def entry(second: int, **given: Any) -> Entry:
    """Return an entry that was answered so many seconds after a moment."""
    about = frozenset(given.pop("about", ()))
    text = given.pop("text", '{"userName":"ann"}')
    line: dict[str, Any] = {
        "id": entry_id(NOW + second * 1_000_000, "00000000"),
        "tenant": "default",
        "principal": "okta",
        "duration": 1234,
        "method": "POST",
        "path": "/scim/v2/Users",
        "query": "filter=title%20pr",
        "status": 400,
        "txn": "t1",
        "trace_id": "",
        "user_agent": "Okta SCIM Client 1.0.0",
        "reasons": (REFUSED,),
    }
    return Entry(
        Line(**{**line, **given}),
        {"content-type": "application/scim+json"},
        Body(len(text), text),
        Body(70_000, omitted="too large"),
        about,
    )


def exchange(**given: Any) -> Exchange:
    """Return an exchange."""
    members: dict[str, Any] = {
        "id": entry_id(NOW, "00000000"),
        "tenant": "default",
        "principal": "okta",
        "duration": 1234,
        "method": "POST",
        "path": "/scim/v2/Users",
        "query": "",
        "headers": {},
        "trace_id": "",
        "txn": "",
        "status": 201,
        "reasons": (),
        "request": b"",
        "response": b"",
    }
    return Exchange(**{**members, **given})
