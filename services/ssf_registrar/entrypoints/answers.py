"""HTTP answers, and the bodies of requests."""

from collections.abc import Mapping, Sequence
from typing import Final

import orjson
from starlette.requests import Request
from starlette.responses import Response

from ssf_registrar.domain.errors import InvalidRequestError

JSON: Final = "application/json"
MERGE_PATCH: Final = "application/merge-patch+json"
_LARGEST_BODY: Final = 256 * 1024


class UnsupportedMediaTypeError(Exception):
    """A body comes as something else than JSON."""


class TooLargeError(Exception):
    """A body is larger than any configuration has to be."""


def json_answer(
    content: object, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """Return an answer that no cache keeps: it may hold secrets."""
    return Response(
        orjson.dumps(content),
        status_code=status,
        media_type="application/json",
        headers={"Cache-Control": "no-store", **(headers or {})},
    )


async def json_object(
    request: Request, *, may_be_empty: bool = False, media_types: Sequence[str] = (JSON,)
) -> dict[str, object]:
    """Return the body, a JSON object; an empty one, where allowed, is an object without members."""
    body = await _body(request)
    if may_be_empty and not body:
        return {}
    _check_media_type(request.headers.get("content-type"), media_types)
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise InvalidRequestError(f"the body is not JSON in UTF-8: {error}") from None
    if not isinstance(value, dict):
        raise InvalidRequestError("the body must be a JSON object")
    return value


def _check_media_type(content_type: str | None, allowed: Sequence[str]) -> None:
    media_type = (content_type or JSON).partition(";")[0].strip().lower()
    if media_type not in allowed:
        raise UnsupportedMediaTypeError(f"send the body with Content-Type: {' or '.join(allowed)}")


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LARGEST_BODY:
            raise TooLargeError(f"the body must not be larger than {_LARGEST_BODY // 1024} KiB")
    return bytes(body)
