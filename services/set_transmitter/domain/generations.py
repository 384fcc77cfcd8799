"""Under which jtis a stream's SETs go out: `reissue` gives a part of the log new ones."""

from bisect import bisect_right
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Generations:
    """From which position on a stream's SETs have which generation: (position, generation).

    Both ascend; what is before the first position is of generation 0.
    """

    begun: tuple[tuple[int, int], ...] = ()

    def at(self, position: int) -> int:
        """Return the generation of the SET at a position of the log."""
        index = bisect_right(self.begun, position, key=lambda begun: begun[0])
        return self.begun[index - 1][1] if index else 0

    def anew_from(self, position: int) -> "Generations":
        """Return them with a new generation from a position on."""
        newest = self.begun[-1][1] if self.begun else 0
        before = tuple(begun for begun in self.begun if begun[0] < position)
        return Generations((*before, (position, newest + 1)))
