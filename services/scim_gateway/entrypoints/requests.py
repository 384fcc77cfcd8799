"""What is read of a request: its headers, its parameters and its body, within limits."""

import re
from typing import Any, Final
from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect, Request

from scim.errors import InvalidSyntaxError, InvalidValueError
from scim.json_bodies import parse_json_body
from scim.messages import MEDIA_TYPE
from scim_gateway.domain.errors import GatewayError
from scim_gateway.entrypoints.notes import notes_of

MAX_URI_BYTES: Final = 32 * 1024
"""Path and query: a filter has 8 KiB at most, and encoded three times as many."""
_BAD_ESCAPE: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")
_MEDIA_TYPES: Final = frozenset({MEDIA_TYPE, "application/json"})
_CHARSETS: Final = frozenset({"utf-8", "utf8", "us-ascii"})


class UnsupportedMediaTypeError(GatewayError):
    """The body is of a media type other than SCIM's (RFC 7644 section 3.1)."""

    reason = "UNSUPPORTED_MEDIA_TYPE"


class BodyTooLargeError(GatewayError):
    """The body is above the limit."""

    reason = "TOO_LARGE"


class UriTooLongError(GatewayError):
    """The path and the query are above the limit (RFC 9110 section 15.5.15)."""

    reason = "URI_TOO_LONG"


def header(request: Request, name: str) -> str | None:
    """Return a header's value, its lines joined as one list (RFC 9110 section 5.3)."""
    lines = request.headers.getlist(name)
    return ", ".join(lines) if lines else None


def parameters(request: Request) -> list[tuple[str, str]]:
    """Return the parameters of the request's URI.

    What is wrongly encoded is refused: to look for something else than what was meant finds
    nothing, and whoever asked creates a second one.
    """
    query: bytes = request.scope["query_string"]
    if not query:
        return []
    text = query.decode("latin-1")
    try:
        if _BAD_ESCAPE.search(text) is None:
            return parse_qsl(text, keep_blank_values=True, errors="strict")
    except UnicodeDecodeError:
        pass
    raise InvalidValueError(
        "the query of the URI must be percent-encoded UTF-8, in which % is %25",
        clause="RFC 3986 section 2.5",
    )


def refuse_long_uri(request: Request) -> None:
    """Raise where the path and the query are longer than any that means something."""
    length = len(request.scope.get("raw_path", b"")) + len(request.scope["query_string"])
    if length > MAX_URI_BYTES:
        raise UriTooLongError(
            f"the path and the query are {length} bytes long and may be {MAX_URI_BYTES}:"
            " POST a long query to /.search",
            clause="RFC 7644 section 3.4.3",
        )


async def read_object(request: Request, *, max_bytes: int) -> tuple[bytes, dict[str, Any]]:
    """Return the body, which must be a JSON object, as it came and parsed."""
    _check_media_type(request.headers.get("content-type"))
    try:
        body = await _read_body(request, max_bytes=max_bytes)
    except ClientDisconnect:
        # Nobody reads the answer, but it is the client's failure that is to be logged, not ours.
        raise InvalidSyntaxError("the connection ended before the body did") from None
    notes_of(request).body = body
    return body, _parse_object(body)


def _check_media_type(content_type: str | None) -> None:
    """Take a body without a media type for SCIM's (RFC 9110 section 8.3)."""
    if content_type is None or content_type in _MEDIA_TYPES:
        return
    media_type, *given = (part.strip().lower() for part in content_type.split(";"))
    charsets = {part.partition("=")[2].strip('"') for part in given if part.startswith("charset=")}
    if media_type not in _MEDIA_TYPES or not charsets <= _CHARSETS:
        raise UnsupportedMediaTypeError(
            f"send the body as {MEDIA_TYPE} or application/json, in UTF-8",
            clause="RFC 7644 section 3.1",
        )


async def _read_body(request: Request, *, max_bytes: int) -> bytes:
    announced = request.headers.get("content-length", "0")
    if announced.isdecimal() and int(announced) > max_bytes:
        raise _too_large(max_bytes)
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > max_bytes:
            raise _too_large(max_bytes)
        chunks.append(chunk)
    return b"".join(chunks)


def _too_large(max_bytes: int) -> BodyTooLargeError:
    return BodyTooLargeError(
        f"the body is larger than {max_bytes} bytes, which is the limit: send less at a time"
    )


def _parse_object(body: bytes) -> dict[str, Any]:
    parsed = parse_json_body(body)
    if not isinstance(parsed, dict):
        raise InvalidSyntaxError("the body is JSON, but not an object")
    return parsed
