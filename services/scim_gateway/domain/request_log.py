"""What the request log has of each request, and how it is found again."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from scim_gateway.domain.exchanges import Reason

_MICROSECONDS: Final = 14
"""Hexadecimal digits of a time in microseconds, until the year 4253."""
LATEST: Final = 16**_MICROSECONDS - 1
"""The last time that an id can tell, in microseconds since 1970."""


def entry_id(answered: int, suffix: str) -> str:
    """Return an id that sorts by the time of the answer, in microseconds since 1970."""
    return f"{earliest_id(answered)}-{suffix}"


def earliest_id(answered: int) -> str:
    """Return what sorts before every id of this time, and after those of any time before."""
    return f"{answered:0{_MICROSECONDS}x}"


@dataclass(frozen=True, slots=True)
class Body:
    """A body as the log has it: JSON, secrets masked.

    `size` is what it had on the wire, in bytes; `omitted` says why there is no text of it.
    """

    size: int
    text: str = field(default="", repr=False)
    omitted: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """What a list shows of a request; members are those of `Exchange`, secrets masked."""

    id: str
    tenant: str
    principal: str
    duration: int
    method: str
    path: str
    query: str = field(repr=False)
    status: int
    txn: str
    trace_id: str
    user_agent: str
    reasons: tuple[Reason, ...]

    @property
    def answered(self) -> int:
        """When it was answered, in microseconds since 1970."""
        return int(self.id[:_MICROSECONDS], 16)


@dataclass(frozen=True, slots=True)
class Entry:
    """All that the log has of a request."""

    line: Line
    headers: Mapping[str, str]
    request: Body
    response: Body
    about: frozenset[str]
    """The ids and userNames that it is about, in lower case."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Entries of one tenant; None and the widest bounds leave nothing out.

    `about` are ids and userNames in lower case, of which an entry has all. `path` is a part of it.
    """

    tenant: str
    status_from: int = 0
    status_to: int = 999
    method: str | None = None
    path: str | None = None
    principal: str | None = None
    about: frozenset[str] = frozenset()
    answered_from: int = 0
    answered_before: int = LATEST
