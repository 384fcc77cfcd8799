"""Requests of the request log as people read them."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

import orjson

from helio.times import shown_time


def print_line(line: Mapping[str, Any]) -> None:
    """Print a request and why it was refused, if it was, on one line."""
    print(
        f"{line['id']}  {shown_time(line['answered'])}  {line['status']}  {_uri(line)}"
        f"  {_milliseconds(line)}  {line['principal'] or '–'}{_why(line['reasons'])}",
        flush=True,
    )


def print_request(found: Mapping[str, Any]) -> None:
    """Print one request whole."""
    rows = {
        "request": _uri(found),
        "answer": f"{found['status']} in {_milliseconds(found)}",
        "answered": shown_time(found["answered"]),
        "principal": found["principal"],
        "txn": found["txn"],
        "trace": found["trace_id"],
        **found["headers"],
    }
    for name, value in rows.items():
        if value:
            print(f"{name:>13}  {_printable(value)}")
    for reason in found["reasons"]:
        _print_reason(reason)
    for name in ("request", "response"):
        _print_body(name, found[name])


def _uri(line: Mapping[str, Any]) -> str:
    query = f"?{unquote(line['query'])}" if line["query"] else ""
    return _printable(f"{line['method']} {line['path']}{query}")


def _milliseconds(line: Mapping[str, Any]) -> str:
    return f"{line['duration'] / 1000:.1f} ms"


def _why(reasons: list[Mapping[str, Any]]) -> str:
    if not reasons:
        return ""
    first = reasons[0]
    more = f" (and {len(reasons) - 1} more)" if len(reasons) > 1 else ""
    return _printable(f"  {_name(first)}: {_place(first)}{first['detail']}{more}")


def _print_reason(reason: Mapping[str, Any]) -> None:
    operation = reason["operation"]
    of = "" if operation is None else f" of operation {operation + 1}"
    print(f"\nwhy{of}: {reason['status']} {_name(reason)}")
    for name in ("attribute_path", "detail", "clause"):
        if reason[name]:
            print(f"{name:>16}  {_printable(reason[name])}")


def _print_body(name: str, body: Mapping[str, Any]) -> None:
    if not body["size"]:
        return
    omitted = f", not kept: {body['omitted']}" if body["omitted"] else ""
    print(f"\n{name} body, {body['size']} bytes{omitted}")
    if body["content"] is not None:
        # As JSON, control characters are escaped.
        print(orjson.dumps(body["content"], option=orjson.OPT_INDENT_2).decode())


def _name(reason: Mapping[str, Any]) -> str:
    return str(reason["scim_type"] or reason["reason"])


def _place(reason: Mapping[str, Any]) -> str:
    path = reason["attribute_path"]
    return f"{path}: " if path and path not in reason["detail"] else ""


def _printable(text: str) -> str:
    """Return a text of a client so that it moves no terminal's cursor."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
