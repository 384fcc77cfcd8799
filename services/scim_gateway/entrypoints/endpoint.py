"""One path of the protocol: it picks the method's handler, and turns refusals into answers."""

import time
from collections.abc import Awaitable, Callable, Mapping

from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from scim_gateway.entrypoints.answers import Answer
from scim_gateway.entrypoints.errors import (
    INTERNAL,
    REFUSALS,
    MethodNotAllowedError,
    error_answer,
    reason_of,
)
from scim_gateway.entrypoints.notes import take_notes
from scim_gateway.entrypoints.request_recorder import RequestRecorder
from scim_gateway.entrypoints.requests import refuse_long_uri

Handler = Callable[[Request], Awaitable[Answer]]


class Endpoint:
    """An ASGI application below a route; HEAD is GET without the body (RFC 9110 section 9.3.2)."""

    def __init__(self, handlers: Mapping[str, Handler], recorder: RequestRecorder) -> None:
        get = {"HEAD": handlers["GET"]} if "GET" in handlers else {}
        self._handlers: Mapping[str, Handler] = {**handlers, **get}
        self._allowed = ", ".join(sorted(self._handlers))
        self._recorder = recorder

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        began = time.perf_counter()
        method: str = scope["method"]
        request = Request(scope, receive)
        notes = take_notes(scope)
        try:
            refuse_long_uri(request)
            answer = await self._handler(method)(request)
        except REFUSALS as error:
            answer = error_answer(error)
            notes.reasons.append(reason_of(error))
        except Exception:
            # Who answers it stands outside of all routes.
            self._recorder.record(scope, notes, INTERNAL, seconds=time.perf_counter() - began)
            raise
        request_id = self._recorder.record(
            scope, notes, answer, seconds=time.perf_counter() - began
        )
        await answer.send(send, with_body=method != "HEAD", request_id=request_id)

    def _handler(self, method: str) -> Handler:
        handler = self._handlers.get(method)
        if handler is None:
            raise MethodNotAllowedError(method, allowed=self._allowed)
        return handler
