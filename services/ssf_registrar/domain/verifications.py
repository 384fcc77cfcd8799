"""Requests for a verification event (SSF 1.0 section 8.1.4.2)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from ssf_registrar.domain.errors import InvalidRequestError, VerificationTooSoonError
from ssf_registrar.domain.streams import Direction, Status, Stream

_LONGEST_STATE: Final = 4_096
_MICROSECONDS: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Verification:
    """One request; the event that answers it carries `txn`, and echoes `state`."""

    txn: str
    state: str | None = field(repr=False)
    requested: int
    """Microseconds since 1970-01-01T00:00:00Z."""


def state_of(body: Mapping[str, object]) -> str | None:
    """Return the state of a request, any string that is not too long; None when it has none."""
    state = body.get("state")
    if state is not None and (not isinstance(state, str) or len(state) > _LONGEST_STATE):
        raise InvalidRequestError(
            f"state must be a string of at most {_LONGEST_STATE:,} characters, or be left out"
        )
    return state


def check_verifiable(stream: Stream) -> None:
    """Raise `InvalidRequestError` for a stream that sends no verification event."""
    if stream.direction is not Direction.TRANSMIT:
        raise InvalidRequestError(
            f"stream {stream.stream_id!r} receives: ask its transmitter for a verification event"
        )
    if stream.routing.forwards:
        raise InvalidRequestError(
            f"stream {stream.stream_id!r} forwards SETs as {stream.iss!r} signed them, and says"
            " nothing of its own: ask that issuer for a verification event"
        )
    if stream.status is Status.DISABLED:
        raise InvalidRequestError(
            f"stream {stream.stream_id!r} is disabled and sends nothing: set its status first"
        )


def check_interval(stream: Stream, *, last: int, now: int) -> None:
    """Raise `VerificationTooSoonError` when the last request was too short a time ago.

    Both in microseconds since 1970; a `last` in the future, of a clock that was set back since,
    counts as just now.
    """
    interval = stream.liveness.min_verification_interval
    left = interval * _MICROSECONDS - max(now - last, 0)
    if last and left > 0:
        raise VerificationTooSoonError(
            stream.stream_id, interval=interval, retry_after=-(-left // _MICROSECONDS)
        )
