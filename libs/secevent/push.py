"""Push delivery: the recipient's answers, and what the transmitter makes of them (RFC 8935)."""

from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from enum import Enum
from functools import cache
from types import MappingProxyType
from typing import Final

import orjson

from secevent.errors import SetError

MEDIA_TYPE: Final = "application/secevent+jwt"
NO_ANSWER: Final = "no answer"


class Verdict(Enum):
    """What follows from an answer for the SET, and for its stream."""

    ACCEPTED = "accepted"
    """The recipient has the SET."""
    SET_ASIDE = "set aside"
    """The SET is at fault: a dead letter at once. The stream goes on."""
    MISDIRECTED = "set aside, counted"
    """A dead letter at once. A run of them says that the stream is at fault."""
    MAY_MEND = "tried again, then set aside, counted"
    """A new key or time may mend it: tried again for a while, other subjects meanwhile."""
    UNAUTHORIZED = "the stream waits: credentials"
    UNREACHABLE = "the stream waits"
    """Nothing is known to be wrong with the SET."""


VERDICTS: Final[Mapping[str, Verdict]] = MappingProxyType(
    {
        "202": Verdict.ACCEPTED,
        "400 invalid_request": Verdict.SET_ASIDE,
        "400 invalid_state": Verdict.SET_ASIDE,
        "400 invalid_issuer": Verdict.MISDIRECTED,
        "400 invalid_audience": Verdict.MISDIRECTED,
        "400 invalid_key": Verdict.MAY_MEND,
        "400 access_denied": Verdict.MAY_MEND,
        "400 authentication_failed": Verdict.UNAUTHORIZED,
        "400": Verdict.SET_ASIDE,
        "401": Verdict.UNAUTHORIZED,
        "403": Verdict.UNAUTHORIZED,
        "413": Verdict.SET_ASIDE,
        "2xx": Verdict.UNREACHABLE,
        "3xx": Verdict.UNREACHABLE,
        "4xx": Verdict.UNREACHABLE,
        "5xx": Verdict.UNREACHABLE,
        NO_ANSWER: Verdict.UNREACHABLE,
    }
)
"""The one table of answers: by status and err, else by status, else by its class.

docs/delivery.md shows it. A 400 that says nothing, or an err of its own, counts as 400 alone. What
is no HTTP answer at all (time-out, TLS, a cut connection, garbage) is NO_ANSWER.
"""


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


def verdict(status: int, err: str = "") -> Verdict:
    """Return what follows from a status, and with 400 from its err."""
    found = VERDICTS.get(f"{status} {err}") if err else None
    return found or _verdict_of_status(status)


@cache
def _verdict_of_status(status: int) -> Verdict:
    ways = (f"{status}", f"{status // 100}xx", NO_ANSWER)
    return next(VERDICTS[way] for way in ways if way in VERDICTS)


def classify(status: int, headers: Mapping[str, str], body: bytes) -> Outcome:
    """Return what an answer to a push means (RFC 8935 section 2).

    Only a 202 acknowledges: another success may be anything's, and then the SET would be lost.
    What to do is in `VERDICTS`.
    """
    err, description = parse_error_body(body) if status == 400 else ("", "")
    match verdict(status, err):
        case Verdict.ACCEPTED:
            return Accepted()
        case Verdict.UNAUTHORIZED:
            # the RFC's own example says with a 400 that an access token has expired
            _, description = _stated_error(body) or ("", f"The recipient answered {status}.")
            return Unauthorized(description)
        case Verdict.UNREACHABLE:
            return Unreachable(_reason(status), retry_after(headers))
        case _ if status == 413:
            return Refused("invalid_request", "The SET is too large for the recipient.")
        case _:
            return Refused(err, description)


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
