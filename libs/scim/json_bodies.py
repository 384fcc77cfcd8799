"""The JSON of requests, read as strictly as I-JSON has it (RFC 7493), and within limits."""

import json
from collections.abc import Sequence
from typing import Final

import orjson

from scim.errors import InvalidSyntaxError

MAX_DEPTH: Final = 64
"""So many objects and arrays may stand in one another; the deepest SCIM request has about 10."""
MAX_NAME: Final = 1_024
"""In characters. A schema's URN with an attribute has about 80."""
_CONTAINERS: Final = (dict, list)


def parse_json_body(body: bytes) -> object:
    """Return what a body says; raises `InvalidSyntaxError`, with the place where it is no JSON.

    Two members of one name are refused: whoever else reads the same text, such as a proxy or an
    audit log, may take the first of them for what counts.
    """
    if not body:
        raise InvalidSyntaxError("the body is empty: send a JSON object")
    try:
        parsed = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise InvalidSyntaxError(f"the body is not JSON: {error}", clause="RFC 8259") from None
    if body.count(b"{") + body.count(b"[") > MAX_DEPTH:
        _refuse_deep(parsed)
    # orjson keeps the last of two equal members, so the standard library looks for them.
    _NAMES.decode(body.decode())
    return parsed


def _refuse_deep(parsed: object) -> None:
    level = [parsed]
    for _ in range(MAX_DEPTH):
        inner: list[object] = []
        for value in level:
            if isinstance(value, dict):
                inner += [each for each in value.values() if isinstance(each, _CONTAINERS)]
            elif isinstance(value, list):
                inner += [each for each in value if isinstance(each, _CONTAINERS)]
        level = inner
    if level:
        raise InvalidSyntaxError(
            f"the body is nested more than {MAX_DEPTH} levels deep, which is the limit",
            clause="RFC 8259 section 9",
        )


def _check_names(members: Sequence[tuple[str, object]]) -> None:
    names: set[str] = set()
    for name, _ in members:
        if name in names:
            raise InvalidSyntaxError(
                f"an object of the body has the member {name[:100]!a} twice: send it once",
                clause="RFC 7493 section 2.3",
            )
        if len(name) > MAX_NAME:
            raise InvalidSyntaxError(
                f"the name of a member is {len(name)} characters long and may be {MAX_NAME}",
                clause="RFC 8259 section 9",
            )
        names.add(name)


# Numbers are of no interest here, and int() refuses long ones.
_NAMES: Final = json.JSONDecoder(object_pairs_hook=_check_names, parse_int=str, parse_float=str)
