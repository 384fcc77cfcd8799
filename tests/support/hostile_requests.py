"""Requests that should never have been sent, and what they are to be answered with."""

import json
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import quote

from scim.messages import BULK_REQUEST, GROUP_SCHEMA, PATCH_OP, SEARCH_REQUEST, USER_SCHEMA

SYNTAX = (400, "invalidSyntax")
VALUE = (400, "invalidValue")
PATH = (400, "invalidPath")
FILTER = (400, "invalidFilter")
MUTABILITY = (400, "mutability")
NO_TARGET = (400, "noTarget")
ABSENT = (404, None)
OTHER_VERSION = (412, None)
FOUND = (200, None)
TOO_LARGE = (413, None)
URI_TOO_LONG = (414, None)
MEDIA_TYPE = (415, None)
ANN, TEAM = "@ann@", "@team@"
"""Stand for the ids of a User and a Group that there are."""


@dataclass(frozen=True, slots=True)
class Hostile:
    """`target` is what stands in the request line; in a bulk request each operation must fail so.

    `expected` is the status and the scimType.
    """

    name: str
    expected: tuple[int, str | None]
    method: str
    target: str
    body: bytes = b""
    headers: dict[str, bytes] = field(default_factory=dict)
    in_bulk: bool = False

    def __str__(self) -> str:
        return self.name


def post(name: str, body: bytes, expected: tuple[int, str | None] = SYNTAX) -> Hostile:
    return Hostile(name, expected, "POST", "/Users", body)


def user(name: str, expected: tuple[int, str | None] = VALUE, /, **attributes: Any) -> Hostile:
    body = {"schemas": [USER_SCHEMA], "userName": "eve", **attributes}
    return post(name, json.dumps(body).encode(), expected)


def group(name: str, expected: tuple[int, str | None] = VALUE, /, **attributes: Any) -> Hostile:
    body = {"schemas": [GROUP_SCHEMA], "displayName": "Crew", **attributes}
    return Hostile(name, expected, "POST", "/Groups", json.dumps(body).encode())


def get(name: str, target: str, expected: tuple[int, str | None] = ABSENT) -> Hostile:
    return Hostile(name, expected, "GET", target)


def query(name: str, expected: tuple[int, str | None], **parameters: str) -> Hostile:
    pairs = (map(partial(quote, safe=""), pair) for pair in parameters.items())
    given = "&".join("=".join(pair) for pair in pairs)
    return Hostile(name, expected, "GET", f"/Users?{given}")


def find(name: str, filter_: str, expected: tuple[int, str | None] = FILTER) -> Hostile:
    return query(name, expected, filter=filter_)


def search(name: str, expected: tuple[int, str | None], **members: Any) -> Hostile:
    body = {"schemas": [SEARCH_REQUEST], **members}
    return Hostile(name, expected, "POST", "/Users/.search", json.dumps(body).encode())


def patch(name: str, expected: tuple[int, str | None], *operations: Any) -> Hostile:
    body = {"schemas": [PATCH_OP], "Operations": list(operations)}
    return Hostile(name, expected, "PATCH", f"/Users/{ANN}", json.dumps(body).encode())


def patch_path(name: str, path: Any, expected: tuple[int, str | None] = PATH) -> Hostile:
    return patch(name, expected, {"op": "add", "path": path, "value": "x"})


def bulk(name: str, expected: tuple[int, str | None], operations: Any, **members: Any) -> Hostile:
    """Make a bulk request that is refused as a whole."""
    body = {"schemas": [BULK_REQUEST], "Operations": operations, **members}
    return Hostile(name, expected, "POST", "/Bulk", json.dumps(body).encode())


def in_bulk(name: str, expected: tuple[int, str | None], *operations: Any) -> Hostile:
    """Make a bulk request whose operations are refused, each by itself."""
    body = {"schemas": [BULK_REQUEST], "Operations": list(operations)}
    return Hostile(name, expected, "POST", "/Bulk", json.dumps(body).encode(), in_bulk=True)
