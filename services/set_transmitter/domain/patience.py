"""How long a transmitter goes on trying, and what it knows of how that goes (ADR 40)."""

from dataclasses import dataclass
from math import inf
from typing import Final

REFUSED_IN_A_ROW: Final = 3
"""After so many misdirected SETs, and none accepted between, it is the stream that is at fault."""
_FEWEST_REFUSALS: Final = 3


@dataclass(frozen=True, slots=True)
class Patience:
    """When to give up: both the attempts and the seconds must be spent.

    `refused_seconds` is for a SET that its receiver refuses, and may come to accept.
    """

    attempts: int
    seconds: float
    refused_seconds: float

    def is_spent(self, failures: int, *, since: float, now: float) -> bool:
        """Tell whether enough was tried, the first time at `since`."""
        return failures >= self.attempts and now - since >= self.seconds

    def is_refusal_final(self, refusals: int, *, since: float, now: float) -> bool:
        """Tell whether a SET that was refused so often is not to be tried any more."""
        return refusals >= _FEWEST_REFUSALS and now - since >= self.refused_seconds


@dataclass(slots=True)
class Course:
    """How the pushes of a stream have gone since it has been configured as it is.

    Times are of the clock that never goes back.
    """

    failures: int = 0
    """Without one that was accepted between."""
    failing_since: float = inf
    last_accepted: float = -inf
    misdirected: int = 0
    """SETs that were set aside for the stream's sake, without one that was accepted between."""

    def accept(self, now: float) -> None:
        """Note that the receiver took a SET."""
        self.failures = self.misdirected = 0
        self.failing_since = inf
        self.last_accepted = now

    def fail(self, now: float) -> None:
        """Note that the receiver could not be reached, or not be talked to."""
        self.failures += 1
        self.failing_since = min(self.failing_since, now)
