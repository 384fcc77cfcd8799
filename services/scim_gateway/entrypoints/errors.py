"""The one table from reasons to HTTP statuses and scimTypes (RFC 7644 section 3.12)."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import structlog
from starlette.requests import Request
from starlette.responses import Response

from scim.errors import ScimError
from scim.messages import MEDIA_TYPE, error_body
from scim_gateway.domain.errors import GatewayError, RateExceededError, StoreRefusedError
from scim_gateway.domain.exchanges import Reason
from scim_gateway.entrypoints.answers import Answer, Header, json_answer
from servicekit.bearer import BearerError, InvalidTokenError, TokensUnavailableError

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class HttpError:
    """How one reason looks over HTTP."""

    status: int
    scim_type: str | None = None
    headers: tuple[Header, ...] = ()


_UNKNOWN: Final = HttpError(500)
_RFC_6750: Final = "RFC 6750 section 3.1"
# Long enough for a restart of the peer, short enough not to be noticed by a person.
_RETRY_LATER = HttpError(503, headers=((b"retry-after", b"2"),))
# Held by the brake: an IdP that gets 401, 403 or 503 may give up the whole connection. Nobody
# releases a brake within seconds, and a minute is within any release.
_HELD = HttpError(429, headers=((b"retry-after", b"60"),))

HTTP_ERRORS: Final[Mapping[str, HttpError]] = MappingProxyType(
    {
        "BRAKE_ON": _HELD,
        "EXPIRED_CURSOR": HttpError(400, "expiredCursor"),
        "FILTER_FORBIDDEN": HttpError(403),
        "INVALID_COUNT": HttpError(400, "invalidCount"),
        "INVALID_CURSOR": HttpError(400, "invalidCursor"),
        "INVALID_FILTER": HttpError(400, "invalidFilter"),
        "INVALID_PATH": HttpError(400, "invalidPath"),
        "INVALID_SYNTAX": HttpError(400, "invalidSyntax"),
        "INVALID_VALUE": HttpError(400, "invalidValue"),
        "METHOD_NOT_ALLOWED": HttpError(405),
        "MUTABILITY": HttpError(400, "mutability"),
        "NO_TARGET": HttpError(400, "noTarget"),
        "RATE_EXCEEDED": HttpError(429),
        "RESOURCE_NOT_FOUND": HttpError(404),
        "SENSITIVE": HttpError(403, "sensitive"),
        # It is being deleted, and this request was let in just before.
        "TENANT_CLOSED": HttpError(404),
        # The rest of the body may be on its way still, and is not read.
        "TOO_LARGE": HttpError(413, headers=((b"connection", b"close"),)),
        "TOO_MANY": HttpError(400, "tooMany"),
        "UNAVAILABLE": _RETRY_LATER,
        "UNIQUENESS": HttpError(409, "uniqueness"),
        # Whoever runs the services chose it, and not the client.
        "UNKNOWN_PROFILE": HttpError(500),
        "UNKNOWN_RESOURCE_TYPE": HttpError(404),
        "UNSUPPORTED_MEDIA_TYPE": HttpError(415),
        "UNSUPPORTED_VERSION": HttpError(400, "invalidVers"),
        "URI_TOO_LONG": HttpError(414),
        "VERSION_MISMATCH": HttpError(412),
    }
)

Refusal = ScimError | GatewayError | StoreRefusedError | BearerError | TokensUnavailableError
REFUSALS: Final = (
    ScimError,
    GatewayError,
    StoreRefusedError,
    BearerError,
    TokensUnavailableError,
)


class MethodNotAllowedError(GatewayError):
    """The endpoint has no such method."""

    reason = "METHOD_NOT_ALLOWED"

    def __init__(self, method: str, *, allowed: str) -> None:
        super().__init__(f"{method} is not for this endpoint: it has {allowed}")
        self.allowed = allowed


def error_answer(error: Refusal) -> Answer:
    """Return a SCIM error; what is in no table is a 500 without detail, and logged."""
    match error:
        case BearerError():
            challenge = (b"www-authenticate", error.challenge.encode())
            return _answer(HttpError(error.status, headers=(challenge,)), str(error))
        case TokensUnavailableError():
            return _answer(_RETRY_LATER, str(error))
        case MethodNotAllowedError():
            allow = (b"allow", error.allowed.encode())
            return _answer(HttpError(405, headers=(allow,)), str(error))
        case RateExceededError():
            wait = (b"retry-after", str(error.seconds).encode())
            return _answer(HttpError(429, headers=(wait,)), _detail(error))
    found = HTTP_ERRORS.get(error.reason)
    if found is None:
        _log.error("refusal.unknown", reason=error.reason)
        return INTERNAL
    return _answer(found, _detail(error))


def reason_of(error: Refusal, *, operation: int | None = None) -> Reason:
    """Return why it was refused, as the request log tells it; `operation` as in `Reason`."""
    match error:
        case BearerError():
            why = error.reason if isinstance(error, InvalidTokenError) else ""
            return Reason(
                error.status, "NOT_AUTHORIZED", "", why or str(error), "", _RFC_6750, operation
            )
        case TokensUnavailableError():
            return Reason(503, "UNAVAILABLE", "", error.reason or str(error), "", "", operation)
    found = HTTP_ERRORS.get(error.reason, _UNKNOWN)
    return Reason(
        found.status,
        error.reason,
        found.scim_type or "",
        error.detail,
        error.attribute_path,
        error.clause,
        operation,
    )


async def answer_internal_error(_request: Request, _error: Exception) -> Response:
    """Tell nothing of what went wrong: the server's log has it."""
    return Response(INTERNAL.body, INTERNAL.status, media_type=MEDIA_TYPE)


def _answer(found: HttpError, detail: str) -> Answer:
    answer = json_answer(found.status, error_body(found.status, detail, found.scim_type))
    return Answer(answer.status, answer.body, found.headers)


def _detail(error: ScimError | GatewayError | StoreRefusedError) -> str:
    path = "" if error.attribute_path in error.detail else f"{error.attribute_path}: "
    clause = f" ({error.clause})" if error.clause else ""
    return f"{path}{error.detail}{clause}"


INTERNAL: Final = _answer(HttpError(500), "internal error")
