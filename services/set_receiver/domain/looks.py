"""Where to look for pending receipts, so that none is missed and few are read twice."""

from collections import deque
from dataclasses import dataclass, field
from typing import Final

STRAGGLING_SECONDS: Final = 5.0
"""How much later than its followers a receipt may become visible (ports/receipts.py)."""

_FEW = 2_000
_LONGEST_BETWEEN_SWEEPS = 30.0


@dataclass(frozen=True, slots=True)
class Pace:
    """How often to look, and how far back; seconds."""

    between: float
    """The least time between two looks."""
    again: float
    """After so long without news there may be some all the same."""
    sweep: float
    """How often to look from the beginning on, while few receipts are pending."""
    straggling: float
    """How much later than its followers a receipt may become visible (`STRAGGLING_SECONDS`)."""


ALONE = Pace(between=0.0, again=1.0, sweep=1.0, straggling=0.0)
"""One process keeps receipts, and knows of each."""
AMONG_OTHERS = Pace(between=0.02, again=1.0, sweep=1.0, straggling=STRAGGLING_SECONDS)
"""Several processes keep receipts."""


@dataclass(slots=True)
class Looks:
    """The looks of one loader, one after the other; the times it is given never go back.

    What comes before a position that was seen is visible `straggling` seconds later, and one look
    after that has found it: then the mark, where looks begin, moves on. A sweep, which begins at
    the beginning, finds what a writer kept that had been stopped in the middle, and what was made
    pending again.
    """

    pace: Pace
    _mark: int = 0
    _swept: float = float("-inf")
    _began: float = 0.0
    _seen: deque[tuple[float, int]] = field(default_factory=deque)

    def begin(self, *, loaded: int, now: float) -> int:
        """Return after which position to look, when `loaded` receipts are in hand."""
        self._began = now
        between = self.pace.sweep if loaded < _FEW else _LONGEST_BETWEEN_SWEEPS
        if now - self._swept < between:
            return self._mark
        self._swept = now
        return 0

    def saw(self, position: int, *, now: float) -> None:
        """Say up to which position something pending was visible."""
        self._seen.append((now, position))

    def end(self, *, reached: int) -> None:
        """Say up to which position the look has seen all that was visible."""
        while self._seen and self._seen[0][0] + self.pace.straggling <= self._began:
            if self._seen[0][1] > reached:
                return
            self._mark = max(self._mark, self._seen.popleft()[1])
