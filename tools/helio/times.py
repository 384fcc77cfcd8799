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


def moment_ahead(text: str) -> str:
    """Return a time as RFC 3339 has it: ISO 8601, UTC without a zone, or 90d for so long from now.

    "never" gives that word back.
    """
    if text == "never":
        return text
    if ahead := _AGO.fullmatch(text):
        moment = datetime.now(UTC) + int(ahead[1]) * _UNITS[ahead[2]]
        return moment.isoformat(timespec="seconds")
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(
            f"{text!r} is no time: write 2030-01-31T09:30:00Z, 90d for so long from now, or never"
        ) from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).isoformat(timespec="seconds")


def seconds_given(text: str) -> int:
    """Return a span of time in seconds: 24h, 90d, or 0."""
    if text == "0":
        return 0
    if span := _AGO.fullmatch(text):
        return int(span[1]) * int(_UNITS[span[2]].total_seconds())
    raise typer.BadParameter(f"{text!r} is no span of time: write 24h, 90d or 0")


def shown_time(microseconds: int) -> str:
    """Return a time to be read by people; a dash for none."""
    if not microseconds:
        return "–"
    return (_EPOCH + microseconds * _MICROSECOND).isoformat(timespec="milliseconds")


def rfc_3339(microseconds: int) -> str:
    """Return a time for a program."""
    return (_EPOCH + microseconds * _MICROSECOND).isoformat().replace("+00:00", "Z")


def _microseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // _MICROSECOND
