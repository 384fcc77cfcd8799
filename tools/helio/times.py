"""Times on the command line."""

import re
from datetime import UTC, datetime, timedelta
from typing import Final

import typer

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_AGO: Final = re.compile(r"([0-9]{1,6})([smhd])")
_UNITS: Final = {
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
}


def microseconds_given(text: str) -> int:
    """Return a time in microseconds since 1970: ISO 8601, UTC without a zone, or 15m for ago."""
    if ago := _AGO.fullmatch(text):
        return _microseconds(datetime.now(UTC) - int(ago[1]) * _UNITS[ago[2]])
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(
            f"{text!r} is no time: write 2026-01-31T09:30:00Z, or 15m for a quarter of an hour ago"
        ) from None
    return _microseconds(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def shown_time(microseconds: int) -> str:
    """Return a time to be read by people; a dash for none."""
    if not microseconds:
        return "–"
    return (_EPOCH + microseconds * _MICROSECOND).isoformat(timespec="milliseconds")


def _microseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // _MICROSECOND
