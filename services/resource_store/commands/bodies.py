"""JSON bodies."""

import orjson

from scim.errors import InvalidSyntaxError


def parse_json(body: bytes) -> object:
    """Return what a body says; raises `InvalidSyntaxError` with the place where it is no JSON."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise InvalidSyntaxError(
            f"the body is no JSON: {error.msg} at line {error.lineno}, column {error.colno}",
            clause="RFC 7644 section 3.12",
        ) from None
