"""The endpoint that transmitters push SETs to (RFC 8935 section 2)."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import structlog
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from secevent.errors import AccessDeniedError
from servicekit.failures import RemoteError
from servicekit.http import BusyRoute
from servicekit.telemetry import current_traceparent
from set_receiver.domain.acceptance import Delivered, Received, Refused, Undecided
from set_receiver.domain.streams import Delivery, ReceiveStream, Status
from set_receiver.entrypoints.intake import Intake
from set_receiver.entrypoints.push_answers import (
    Answered,
    accepted,
    not_found,
    refused,
    too_many,
    try_again,
)
from set_receiver.entrypoints.push_requests import (
    check_authorization,
    check_headers,
    headers_of,
    read_set,
)
from set_receiver.entrypoints.stream_directory import StreamDirectory

PATH = "/events/{stream_id}"
_PAUSED_SECONDS = 1.0
_REGISTRAR_SECONDS = 1.0
# each may hold a mebibyte, and its place in the next commit
_MOST_AT_ONCE = 256

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class PushEndpoint:
    """Receives one SET a request; answers 202 only when its receipt is durable."""

    directory: StreamDirectory
    intake: Intake
    most_at_once: int = _MOST_AT_ONCE
    """Pushes of one stream that are under way; those above are told to come again."""
    _under_way: Counter[str] = field(default_factory=Counter)

    def route(self) -> BusyRoute:
        """Return the route, which knows POST alone."""
        return BusyRoute(PATH, self, method="POST")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, as ASGI has it."""
        response = await self._response(scope, receive)
        await response(scope, receive, send)

    async def _response(self, scope: Scope, receive: Receive) -> Response:
        try:
            stream = await self._stream(scope["path_params"]["stream_id"])
            headers = headers_of(scope)
            # whoever is not the transmitter learns no more, and costs no more
            check_authorization(headers, stream)
            _check_status(stream)
            check_headers(headers)
            return await self._in_its_place(stream, headers, receive)
        except Answered as found:
            return found.response
        except ClientDisconnect:
            return Response(status_code=400)

    async def _in_its_place(
        self, stream: ReceiveStream, headers: Mapping[bytes, bytes], receive: Receive
    ) -> Response:
        stream_id = stream.stream_id
        if self._under_way[stream_id] >= self.most_at_once:
            raise Answered(too_many(self.most_at_once))
        self._under_way[stream_id] += 1
        try:
            return await self._take_in(stream, await read_set(headers, receive))
        finally:
            self._under_way[stream_id] -= 1
            if not self._under_way[stream_id]:
                del self._under_way[stream_id]

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
