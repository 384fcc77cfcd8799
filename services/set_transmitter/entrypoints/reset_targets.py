"""How far a request wants a stream to be set back."""

from datetime import UTC, datetime, timedelta
from typing import Final

from set_transmitter.commands.reset_stream import BEGINNING, Target, ToJti
from set_transmitter.domain.resets import ToDate

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class TargetError(Exception):
    """A request does not say how far to set a stream back."""

    def __init__(self) -> None:
        super().__init__(
            'to must be {"jti": "..."}, {"date": "2030-01-31T12:00:00Z"} (RFC 3339, with an'
            ' offset) or "beginning"'
        )


def target_of(to: object) -> Target:
    """Return where a request wants the stream to be. Raises `TargetError`."""
    match to:
        case {"jti": str(jti), **others} if jti and not others:
            return ToJti(jti)
        case {"date": str(date), **others} if not others:
            return ToDate(_microseconds(date))
        case "beginning":
            return BEGINNING
        case _:
            raise TargetError


def _microseconds(date: str) -> int:
    try:
        moment = datetime.fromisoformat(date)
    except ValueError:
        raise TargetError from None
    if moment.tzinfo is None:
        raise TargetError
    return (moment - _EPOCH) // timedelta(microseconds=1)
