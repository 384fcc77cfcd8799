"""What is read of a request: its headers, its parameters and its body, within limits."""

from typing import Any, Final
from urllib.parse import parse_qsl

import orjson
from starlette.requests import ClientDisconnect, Request

from scim.errors import InvalidSyntaxError
from scim.messages import MEDIA_TYPE
from scim_gateway.domain.errors import GatewayError
from scim_gateway.entrypoints.notes import notes_of

_MEDIA_TYPES: Final = frozenset({MEDIA_TYPE, "application/json"})
_CHARSETS: Final = frozenset({"utf-8", "utf8", "us-ascii"})


class UnsupportedMediaTypeError(GatewayError):
    """The body is of a media type other than SCIM's (RFC 7644 section 3.1)."""

    reason = "UNSUPPORTED_MEDIA_TYPE"


class BodyTooLargeError(GatewayError):
    """The body is above the limit."""

    reason = "TOO_LARGE"


def header(request: Request, name: str) -> str | None:
    """Return a header's value, its lines joined as one list (RFC 9110 section 5.3)."""
    lines = request.headers.getlist(name)
    return ", ".join(lines) if lines else None


def parameters(request: Request) -> list[tuple[str, str]]:
    """Return the parameters of the request's URI."""
    query: bytes = request.scope["query_string"]
    return parse_qsl(query.decode("latin-1"), keep_blank_values=True) if query else []


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
    return BodyTooLargeError(f"the body is larger than {max_bytes} bytes, which is the limit")


def _parse_object(body: bytes) -> dict[str, Any]:
    if not body:
        raise InvalidSyntaxError("the body is empty: send a JSON object")
    try:
        parsed = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise InvalidSyntaxError(f"the body is not JSON: {error}", clause="RFC 8259") from None
    if not isinstance(parsed, dict):
        raise InvalidSyntaxError("the body is JSON, but not an object")
    return parsed
