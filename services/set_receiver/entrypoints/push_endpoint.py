"""The endpoint that transmitters push SETs to (RFC 8935 section 2)."""

import hmac
from dataclasses import dataclass

import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from secevent.errors import AccessDeniedError, InvalidRequestError
from secevent.push import MEDIA_TYPE
from secevent.verification import LONGEST_TOKEN
from servicekit.failures import RemoteError
from servicekit.http import NamedRoute
from servicekit.telemetry import current_traceparent
from set_receiver.domain.acceptance import Delivered, Received, Refused, Undecided
from set_receiver.domain.streams import Delivery, ReceiveStream, Status
from set_receiver.entrypoints.intake import Intake
from set_receiver.entrypoints.push_answers import (
    Answered,
    accepted,
    not_found,
    refused,
    too_large,
    try_again,
    unauthorized,
    unsupported_media_type,
)
from set_receiver.entrypoints.stream_directory import StreamDirectory

PATH = "/events/{stream_id}"
_PAUSED_SECONDS = 1.0
_REGISTRAR_SECONDS = 1.0

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class PushEndpoint:
    """Receives one SET a request; answers 202 only when its receipt is durable."""

    directory: StreamDirectory
    intake: Intake

    def route(self) -> Route:
        """Return the route, which knows POST alone."""
        return NamedRoute(PATH, self._receive, methods=["POST"])

    async def _receive(self, request: Request) -> Response:
        try:
            stream = await self._stream(request.path_params["stream_id"])
            _check_authorization(request, stream)
            _check_status(stream)
            _check_content_type(request)
            compact = await _body(request)
        except Answered as found:
            return found.response
        except ClientDisconnect:
            return Response(status_code=400)
        return await self._take_in(stream, compact)

    async def _stream(self, stream_id: str) -> ReceiveStream:
        try:
            stream = await self.directory.find(stream_id)
        except RemoteError as error:
            _log.warning("stream.unknown_yet", stream_id=stream_id, reason=error.reason)
            reason = "It cannot be told just now whether there is such a stream."
            raise Answered(try_again(reason, seconds=_REGISTRAR_SECONDS)) from None
        if stream is None or stream.delivery is not Delivery.PUSH:
            raise Answered(not_found())
        return stream

    async def _take_in(self, stream: ReceiveStream, compact: str) -> Response:
        delivered = Delivered(compact, jti=None, traceparent=current_traceparent())
        (acceptance,) = await self.intake(stream, [delivered])
        match acceptance:
            case Received():
                return accepted()
            case Refused(error):
                return refused(error)
            case Undecided(reason, retry_after):
                return try_again(reason, seconds=retry_after)


def _check_authorization(request: Request, stream: ReceiveStream) -> None:
    given = request.headers.get("authorization", "").encode("latin-1")
    expected = stream.authorization_header.encode()
    # an empty header would let everybody in
    if not expected or not hmac.compare_digest(given, expected):
        _log.warning("set.unauthorized", stream_id=stream.stream_id)
        raise Answered(unauthorized())


def _check_status(stream: ReceiveStream) -> None:
    match stream.status:
        case Status.ENABLED:
            return
        case Status.PAUSED:
            reason = "The stream is paused (SSF 1.0 section 8.1.2)."
            raise Answered(try_again(reason, seconds=_PAUSED_SECONDS))
        case Status.DISABLED:
            reason = "The stream is disabled (SSF 1.0 section 8.1.2)."
            raise Answered(refused(AccessDeniedError(reason)))


def _check_content_type(request: Request) -> None:
    media_type, _, _ = request.headers.get("content-type", "").partition(";")
    if media_type.strip().lower() != MEDIA_TYPE:
        raise Answered(unsupported_media_type())


async def _body(request: Request) -> str:
    declared = request.headers.get("content-length", "0")
    if declared.isdigit() and int(declared) > LONGEST_TOKEN:
        raise Answered(too_large())
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LONGEST_TOKEN:
            raise Answered(too_large())
    try:
        return body.decode("ascii")
    except UnicodeDecodeError:
        error = InvalidRequestError("A SET in compact serialization is ASCII (RFC 7515).")
        raise Answered(refused(error)) from None
