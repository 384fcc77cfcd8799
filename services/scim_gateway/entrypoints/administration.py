"""What all of the gateway's admin API has in common: who may call it, and how it says no."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from scim_gateway.domain.errors import NotFoundError, StoreRefusedError, StoreUnavailableError
from servicekit.bearer import BearerError, BearerTokens, Grant, TokensUnavailableError
from servicekit.failures import StorageError

_SCOPE: Final = "admin"
_STATUSES: Final[Mapping[str, int]] = MappingProxyType(
    {
        "ERASURE_NOT_FOUND": 404,
        "RESOURCE_NOT_FOUND": 404,
        "TENANT_CLOSED": 404,
        "UNIQUENESS": 409,
    }
)
"""By the reason for which the store refuses; 400 for any other."""


class LogClosedError(Exception):
    """The request log is not open, so far."""


@dataclass(frozen=True, slots=True)
class Administrators:
    """Lets holders of the scope admin do what concerns their tenant."""

    tokens: BearerTokens

    async def who_asks(self, request: Request) -> Grant:
        """Return the caller's grant; raises `BearerError` or `TokensUnavailableError`."""
        authorization = request.headers.get("authorization")
        return await self.tokens.authenticate(authorization, scope=_SCOPE)


def answer_refusals(app: FastAPI) -> None:
    """Add the answers to whoever may not pass, and to what cannot be done."""
    for kind, answer in _ANSWERS.items():
        app.add_exception_handler(kind, answer)


async def _not_allowed(_request: Request, error: Exception) -> JSONResponse:
    status = error.status if isinstance(error, BearerError) else 401
    challenge = error.challenge if isinstance(error, BearerError) else "Bearer"
    return JSONResponse(
        {"detail": str(error)}, status_code=status, headers={"WWW-Authenticate": challenge}
    )


async def _not_found(_request: Request, error: Exception) -> JSONResponse:
    return JSONResponse({"detail": str(error)}, status_code=404)


async def _refused(_request: Request, error: Exception) -> JSONResponse:
    reason = error.reason if isinstance(error, StoreRefusedError) else ""
    path = error.attribute_path if isinstance(error, StoreRefusedError) else ""
    return JSONResponse(
        {"detail": str(error), "reason": reason, "attribute_path": path},
        status_code=_STATUSES.get(reason, 400),
    )


async def _try_again(_request: Request, error: Exception) -> JSONResponse:
    detail = str(error) or "it takes too long just now"
    return JSONResponse({"detail": detail}, status_code=503, headers={"Retry-After": "1"})


_ANSWERS: Final[
    Mapping[type[Exception], Callable[[Request, Exception], Awaitable[JSONResponse]]]
] = MappingProxyType(
    {
        BearerError: _not_allowed,
        NotFoundError: _not_found,
        StoreRefusedError: _refused,
        StoreUnavailableError: _try_again,
        TokensUnavailableError: _try_again,
        StorageError: _try_again,
        LogClosedError: _try_again,
        TimeoutError: _try_again,
    }
)
