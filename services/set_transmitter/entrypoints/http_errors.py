"""The one table from errors to HTTP answers."""

from typing import Any

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from secevent.errors import InvalidRequestError
from secevent.push import error_body
from servicekit.bearer import BearerError, TokensUnavailableError
from servicekit.failures import RemoteUnavailableError, StorageError
from servicekit.leases import FencedError
from set_transmitter.commands.begin_snapshot import NoSnapshotError, UnknownStreamError
from set_transmitter.commands.read_events import UnknownEventError
from set_transmitter.commands.reset_stream import NoResetError, UnknownJtiError
from set_transmitter.commands.restate import RestateError
from set_transmitter.domain.dead_letters import (
    InvalidPlaceError,
    NotReplayableError,
    UnknownLetterError,
)
from set_transmitter.entrypoints.reset_targets import TargetError
from set_transmitter.entrypoints.standby import StandbyError
from set_transmitter.ports.signing import SigningUnavailableError

_RETRY_AFTER = {"Retry-After": "1"}


class PollError(Exception):
    """A poll that cannot be answered; `status` is what HTTP answers with."""

    status: int


class StreamNotFoundError(PollError):
    """There is no such stream to poll, or it is another tenant's."""

    status = 404


class UnsupportedMediaTypeError(PollError):
    """The body is not declared as JSON."""

    status = 415


class ContentTooLargeError(PollError):
    """The body is longer than anything a poll can have to say."""

    status = 413


def add_error_answers(app: FastAPI) -> None:
    """Let the app answer with the status and words of each error."""
    app.add_exception_handler(BearerError, _bearer)
    app.add_exception_handler(PollError, _poll)
    app.add_exception_handler(InvalidRequestError, _invalid)
    app.add_exception_handler(TokensUnavailableError, _unavailable)
    app.add_exception_handler(RemoteUnavailableError, _registrar_away)
    app.add_exception_handler(SigningUnavailableError, _unavailable)
    app.add_exception_handler(UnknownStreamError, _unknown)
    app.add_exception_handler(NoSnapshotError, _conflict)
    app.add_exception_handler(UnknownLetterError, _unknown)
    app.add_exception_handler(NotReplayableError, _conflict)
    app.add_exception_handler(InvalidPlaceError, _bad)
    app.add_exception_handler(RestateError, _unavailable)
    app.add_exception_handler(TargetError, _bad)
    app.add_exception_handler(UnknownJtiError, _unknown)
    app.add_exception_handler(UnknownEventError, _unknown)
    app.add_exception_handler(NoResetError, _conflict)
    app.add_exception_handler(StandbyError, _unavailable)
    app.add_exception_handler(FencedError, _fenced)
    app.add_exception_handler(StorageError, _unavailable)


async def _bearer(_request: Request, error: Any) -> Response:  # noqa: ANN401  Starlette's handlers
    return JSONResponse(
        {"detail": str(error)},
        status_code=error.status,
        headers={"WWW-Authenticate": error.challenge},
    )


async def _unknown(_request: Request, error: Any) -> Response:  # noqa: ANN401
    return JSONResponse({"detail": str(error)}, status_code=404)


async def _bad(_request: Request, error: Any) -> Response:  # noqa: ANN401
    return JSONResponse({"detail": str(error)}, status_code=400)


async def _conflict(_request: Request, error: Any) -> Response:  # noqa: ANN401
    return JSONResponse({"detail": str(error)}, status_code=409)


async def _poll(_request: Request, error: Any) -> Response:  # noqa: ANN401
    return JSONResponse({"detail": str(error)}, status_code=error.status)


async def _invalid(_request: Request, error: Any) -> Response:  # noqa: ANN401
    headers = {"Content-Language": "en"}
    return JSONResponse(error_body(error), status_code=400, headers=headers)


async def _unavailable(_request: Request, error: Any) -> Response:  # noqa: ANN401
    return JSONResponse({"detail": str(error)}, status_code=503, headers=_RETRY_AFTER)


async def _fenced(request: Request, _error: Any) -> Response:  # noqa: ANN401
    return await _unavailable(request, StandbyError())


async def _registrar_away(_request: Request, _error: Any) -> Response:  # noqa: ANN401
    body = {"detail": "streams cannot be looked up just now: try again"}
    return JSONResponse(body, status_code=503, headers=_RETRY_AFTER)
