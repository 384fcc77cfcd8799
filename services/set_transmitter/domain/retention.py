"""How long the log keeps events."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """By age in microseconds and by size in bytes; None where that is no reason.

    Beyond the first two goes what every stream has settled; beyond the hard ones, anything.
    """

    age: int | None
    size: int | None
    hard_age: int | None = None
    hard_size: int | None = None


@dataclass(frozen=True, slots=True)
class Oldest:
    """A tenant's first event that is left: where it is, and when it was committed."""

    tenant: str
    position: int
    committed: int


@dataclass(frozen=True, slots=True)
class Removal:
    """How many events were removed, and how many dead letters with them, by stream."""

    events: int
    dead_letters: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Dropped:
    """What a stream will never be told, as it had not settled it before a hard limit."""

    tenant: str
    stream_id: str
    events: int
