"""The one table from refusals to HTTP answers, with bodies as RFC 8935 section 2.4 has them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from servicekit import bearer
from servicekit.failures import StorageError
from ssf_registrar.domain import errors
from ssf_registrar.entrypoints.answers import (
    TooLargeError,
    UnsupportedMediaTypeError,
    json_answer,
)


@dataclass(frozen=True, slots=True)
class Refusal:
    """How an error is answered."""

    status: int
    err: str
    headers: Mapping[str, str] = field(default_factory=dict)


_AGAIN: Final = {"Retry-After": "1"}

REFUSALS: Final[Mapping[type[Exception], Refusal]] = {
    errors.InvalidRequestError: Refusal(400, "invalid_request"),
    errors.MissingScopeError: Refusal(403, "insufficient_scope"),
    errors.StreamNotFoundError: Refusal(404, "not_found"),
    errors.StreamChangedError: Refusal(409, "conflict"),
    errors.VerificationTooSoonError: Refusal(429, "too_many_requests"),
    errors.TokenNotFoundError: Refusal(404, "not_found"),
    errors.TokenExistsError: Refusal(409, "conflict"),
    errors.TokenChangedError: Refusal(409, "conflict"),
    errors.ConfiguredTokenError: Refusal(409, "conflict"),
    errors.TenantNotFoundError: Refusal(404, "not_found"),
    errors.TenantExistsError: Refusal(409, "conflict"),
    errors.TenantDeletingError: Refusal(409, "conflict"),
    errors.TenantChangedError: Refusal(409, "conflict"),
    errors.DefaultTenantError: Refusal(409, "conflict"),
    errors.NotClusterAdminError: Refusal(403, "access_denied"),
    UnsupportedMediaTypeError: Refusal(415, "invalid_request"),
    TooLargeError: Refusal(413, "invalid_request"),
    bearer.MissingTokenError: Refusal(401, "authentication_failed"),
    bearer.InvalidTokenError: Refusal(401, "invalid_token"),
    bearer.InsufficientScopeError: Refusal(403, "insufficient_scope"),
    StorageError: Refusal(503, "temporarily_unavailable", _AGAIN),
}


def register(app: FastAPI) -> None:
    """Have the app answer each error of the table."""
    for kind in REFUSALS:
        app.add_exception_handler(kind, _answer)


def _answer(_request: Request, error: Exception) -> Response:
    refusal = REFUSALS[type(error)]
    return json_answer(
        {"err": refusal.err, "description": str(error)},
        status=refusal.status,
        headers={**refusal.headers, **_challenge(error), **_when_again(error)},
    )


def _when_again(error: Exception) -> dict[str, str]:
    match error:
        case errors.VerificationTooSoonError():
            return {"Retry-After": str(error.retry_after)}
        case _:
            return {}


def _challenge(error: Exception) -> dict[str, str]:
    """Return what RFC 6750 section 3 demands of a 401 and a 403."""
    match error:
        case bearer.BearerError():
            return {"WWW-Authenticate": error.challenge}
        case errors.MissingScopeError():
            challenge = 'Bearer realm="heliograph", error="insufficient_scope"'
            return {"WWW-Authenticate": f'{challenge}, scope="{error.scope}"'}
        case _:
            return {}
