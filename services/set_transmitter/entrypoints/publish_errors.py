"""The one table from refusals of what is published to HTTP answers, as the registrar has them."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

import orjson
from starlette.requests import Request
from starlette.responses import Response

from secevent.errors import InvalidRequestError
from servicekit import bearer
from servicekit.failures import RemoteUnavailableError, StorageError
from servicekit.leases import FencedError
from set_transmitter.entrypoints.http_errors import (
    ContentTooLargeError,
    UnsupportedMediaTypeError,
)
from set_transmitter.entrypoints.publisher import PublicationConflictError, TenantClosedError
from set_transmitter.entrypoints.standby import StandbyError

Handler = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Refusal:
    """How an error is answered."""

    status: int
    err: str
    headers: Mapping[str, str] = field(default_factory=dict)


_AGAIN: Final = Refusal(503, "temporarily_unavailable", {"Retry-After": "1"})

REFUSALS: Final[Mapping[type[Exception], Refusal]] = {
    InvalidRequestError: Refusal(400, "invalid_request"),
    bearer.MissingTokenError: Refusal(401, "authentication_failed"),
    bearer.InvalidTokenError: Refusal(401, "invalid_token"),
    bearer.InsufficientScopeError: Refusal(403, "insufficient_scope"),
    TenantClosedError: Refusal(404, "not_found"),
    PublicationConflictError: Refusal(409, "conflict"),
    ContentTooLargeError: Refusal(413, "invalid_request"),
    UnsupportedMediaTypeError: Refusal(415, "invalid_request"),
    bearer.TokensUnavailableError: _AGAIN,
    RemoteUnavailableError: _AGAIN,
    FencedError: _AGAIN,
    StandbyError: _AGAIN,
    StorageError: _AGAIN,
}
_KINDS: Final = tuple(REFUSALS)


def refusals_answered(handler: Handler) -> Handler:
    """Return the handler with each error of the table answered."""

    async def answering(request: Request) -> Response:
        try:
            return await handler(request)
        except _KINDS as error:
            return _answer(error)

    return answering


def _answer(error: Exception) -> Response:
    refusal = next(REFUSALS[kind] for kind in type(error).__mro__ if kind in REFUSALS)
    body = {"err": refusal.err, "description": str(error)}
    challenge = (
        {"WWW-Authenticate": error.challenge} if isinstance(error, bearer.BearerError) else {}
    )
    return Response(
        orjson.dumps(body),
        status_code=refusal.status,
        media_type="application/json",
        headers={"Cache-Control": "no-store", **refusal.headers, **challenge},
    )
