"""Times as people write them (RFC 3339)."""

import re
from datetime import UTC, datetime, timedelta
from typing import Final

from ssf_registrar.domain.errors import InvalidRequestError

_RFC_3339: Final = re.compile(
    r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,6})?([Zz]|[+-]\d\d:\d\d)", re.ASCII
)

_BEGINNING: Final = datetime(1970, 1, 1, tzinfo=UTC)


def seconds_of(text: str, *, member: str) -> int:
    """Return a time in seconds since 1970-01-01T00:00:00Z."""
    return int(_moment(text, member).timestamp())


def microseconds_of(text: str, *, member: str) -> int:
    """Return a time in microseconds since 1970-01-01T00:00:00Z; what is before counts as that."""
    return max((_moment(text, member) - _BEGINNING) // timedelta(microseconds=1), 0)


def timestamp(seconds: int) -> str | None:
    """Return a time as text; None for 0, which stands for no time at all."""
    if not seconds:
        return None
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")


def _moment(text: str, member: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text.upper()) if _RFC_3339.fullmatch(text) else None
    except (ValueError, OverflowError):
        moment = None
    if moment is None:
        raise InvalidRequestError(
            f"{member} must be a time as RFC 3339 has it, such as 2030-01-31T12:00:00Z"
        )
    return moment
