"""Push delivery: the recipient's answers, and what the transmitter makes of them (RFC 8935)."""

from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Final

import orjson

from secevent.errors import SetError

MEDIA_TYPE: Final = "application/secevent+jwt"
RETRYABLE_ERRS: Final = frozenset({"invalid_key", "authentication_failed", "access_denied"})
"""Refusals that a new key, new credentials or time may mend; in any other the SET is at fault."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The recipient has the SET."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The recipient will not have this SET."""

    err: str
    description: str


@dataclass(frozen=True, slots=True)
class Unauthorized:
    """The recipient does not know the transmitter by its credentials."""

    description: str


@dataclass(frozen=True, slots=True)
class Unreachable:
    """Nothing is known to be wrong with the SET; `retry_after` is what the recipient asks for."""

    reason: str
    retry_after: float | None


Outcome = Accepted | Refused | Unauthorized | Unreachable


def error_body(error: SetError) -> dict[str, str]:
    """Return the body of a 400 answer (RFC 8935 section 2.3)."""
    return {"err": error.err, "description": error.description}


def parse_error_body(body: bytes) -> tuple[str, str]:
    """Return err and description of a 400 answer, however little of it is as it should be."""
    return _stated_error(body) or (
        "invalid_request",
        "The recipient does not say why (RFC 8935 section 2.3).",
    )


def _stated_error(body: bytes) -> tuple[str, str] | None:
    try:
        error = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    match error:
        case {"err": str(err), "description": str(description)} if err:
            return err, description
        case {"err": str(err)} if err:
            return err, ""
        case _:
            return None


def classify(status: int, headers: Mapping[str, str], body: bytes) -> Outcome:
    """Return what an answer to a push means (RFC 8935 section 2).

    Only a 202 acknowledges: another success may be anything's, and then the SET would be lost.
    """
    match status:
        case 202:
            return Accepted()
        case 400:
            return _refusal(body)
        case 413:
            return Refused("invalid_request", "The SET is too large for the recipient.")
        case 401 | 403:
            _, description = _stated_error(body) or ("", f"The recipient answered {status}.")
            return Unauthorized(description)
        case _:
            return Unreachable(_reason(status), retry_after(headers))


def _refusal(body: bytes) -> Refused | Unauthorized:
    err, description = parse_error_body(body)
    # the RFC's own example says with it that an access token has expired
    return (
        Unauthorized(description) if err == "authentication_failed" else Refused(err, description)
    )


def _reason(status: int) -> str:
    if status < 300:
        return f"The recipient answered {status} where RFC 8935 section 2.2 asks for 202."
    if status < 400:
        return f"The recipient answered {status}; a push does not follow redirects."
    return f"The recipient answered {status}."


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds of Retry-After (RFC 9110 section 10.2.3).

    A date counts from the answer's own Date, so that the two clocks need not agree.
    """
    lower_case = {name.lower(): value.strip() for name, value in headers.items()}
    value = lower_case.get("retry-after", "")
    if value.isascii() and value.isdigit():
        return float(value)
    try:
        until = parsedate_to_datetime(value)
        since = parsedate_to_datetime(lower_case.get("date", ""))
        return max((until - since).total_seconds(), 0.0)
    except (ValueError, TypeError):
        return None
