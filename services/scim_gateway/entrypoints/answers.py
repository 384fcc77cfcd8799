"""Answers as ready bytes: these routes are hot, so no response object stands in between."""

from dataclasses import dataclass
from typing import Any

import orjson
from starlette.types import Send

from scim.messages import MEDIA_TYPE, list_response
from scim_gateway.domain.resources import NotModified, Representation

Header = tuple[bytes, bytes]


@dataclass(frozen=True, slots=True)
class Answer:
    """What HTTP answers; an empty body has no media type."""

    status: int
    body: bytes = b""
    headers: tuple[Header, ...] = ()
    media_type: str = MEDIA_TYPE

    async def send(self, send: Send, *, with_body: bool, request_id: str | None = None) -> None:
        """Send it all, or for HEAD all but the body; with the id that the request log has it by."""
        headers = [*self.headers]
        if self.body:
            headers.append((b"content-type", self.media_type.encode()))
        if request_id is not None:
            headers.append((b"x-request-id", request_id.encode()))
        if self.status not in (204, 304):
            headers.append((b"content-length", str(len(self.body)).encode()))
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": self.body if with_body else b""})


def json_answer(status: int, body: object) -> Answer:
    """Answer with a JSON value."""
    return Answer(status, orjson.dumps(body))


def resource_answer(status: int, shown: Representation | NotModified) -> Answer:
    """Answer with one resource, its entity-tag and its location (RFC 7644 section 3.14)."""
    headers = (b"etag", shown.version.encode()), (b"location", shown.location.encode())
    match shown:
        case NotModified():
            return Answer(304, headers=headers)
        case Representation(_, _, body):
            return Answer(status, body, headers)


def list_answer(resources: list[dict[str, Any]]) -> Answer:
    """Answer with all of a discovery endpoint's resources."""
    return json_answer(200, list_response(resources, total_results=len(resources)))
