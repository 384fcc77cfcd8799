"""What the push endpoint answers (RFC 8935 sections 2.2 to 2.4; RFC 9110 section 15.5)."""

import math
from collections.abc import Mapping

import orjson
from starlette.responses import Response

from secevent.errors import AuthenticationFailedError, InvalidRequestError, SetError
from secevent.push import MEDIA_TYPE, error_body


class Answered(Exception):  # noqa: N818  not an error: the answer is found, and nothing else is to be done
    """The request has its answer."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status_code)
        self.response = response


def accepted() -> Response:
    """Answer that the SET is kept."""
    return Response(status_code=202)


def refused(error: SetError) -> Response:
    """Answer that something is wrong with the SET."""
    return _error(400, error)


def unauthorized() -> Response:
    """Answer that the transmitter's credentials are wrong."""
    error = AuthenticationFailedError(
        "The Authorization header is not the authorization_header of this stream's delivery."
    )
    return _error(401, error, {"WWW-Authenticate": 'Bearer realm="heliograph"'})


def not_found() -> Response:
    """Answer that there is no such stream, or none that is pushed to."""
    error = InvalidRequestError("No stream is pushed to here: see its delivery.endpoint_url.")
    return _error(404, error)


def unsupported_media_type() -> Response:
    """Answer that the body is declared to be something else than a SET."""
    error = InvalidRequestError(f"The content type must be {MEDIA_TYPE} (RFC 8935 section 2.1).")
    return _error(415, error, {"Accept": MEDIA_TYPE})


def unsupported_encoding() -> Response:
    """Answer that the body is compressed."""
    error = InvalidRequestError("A SET is sent without a content encoding (RFC 9110 section 8.4).")
    return _error(415, error, {"Accept-Encoding": "identity"})


def not_acceptable() -> Response:
    """Answer that errors are told in a form that the transmitter does not accept."""
    error = InvalidRequestError("Accept must allow application/json (RFC 8935 section 2.1).")
    return _error(406, error)


def too_large(most: int) -> Response:
    """Answer that the body is too long for a SET."""
    return _error(413, InvalidRequestError(f"A SET has at most {most} bytes here."))


def too_many(most: int) -> Response:
    """Answer that as many SETs of the stream are being taken in as may be (RFC 6585 section 4)."""
    reason = f"At most {most} SETs of a stream are taken in at once."
    return _later(429, reason, seconds=1.0)


def try_again(reason: str, *, seconds: float) -> Response:
    """Answer that nothing is wrong with the SET, but that it cannot be taken in just now."""
    return _later(503, reason, seconds=seconds)


def _later(status: int, reason: str, *, seconds: float) -> Response:
    return Response(
        orjson.dumps({"description": reason}),
        status,
        {"Retry-After": str(max(1, math.ceil(seconds))), "Content-Language": "en"},
        "application/json",
    )


def _error(status: int, error: SetError, headers: Mapping[str, str] | None = None) -> Response:
    return Response(
        orjson.dumps(error_body(error)),
        status,
        {"Content-Language": "en", **(headers or {})},
        "application/json",
    )
