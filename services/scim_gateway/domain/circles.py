"""Who needs whom, and where that goes round in circles (strongly connected components)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field


def after_needs(needs: Sequence[Sequence[int]]) -> list[list[int]]:
    """Return all indexes of `needs`, those that need one another together, in rising order.

    Each group comes after those that it needs; otherwise the order is that of `needs`. This is
    Tarjan's algorithm, without recursion.
    """
    search = _Search(needs)
    for index in range(len(needs)):
        if index not in search.numbers:
            search.visit(index)
    return search.groups


@dataclass(slots=True)
class _Search:
    needs: Sequence[Sequence[int]]
    groups: list[list[int]] = field(default_factory=list)
    numbers: dict[int, int] = field(default_factory=dict)
    """In the order in which they were come upon."""
    _earliest: dict[int, int] = field(default_factory=dict)
    """The lowest number among those in an open group that can be reached; of open ones only."""
    _open: list[int] = field(default_factory=list)
    _path: list[tuple[int, Iterator[int]]] = field(default_factory=list)

    def visit(self, root: int) -> None:
        self._enter(root)
        while self._path:
            index, needed = self._path[-1]
            following = next((each for each in needed if self._is_new(index, each)), None)
            if following is None:
                self._leave(index)
            else:
                self._enter(following)

    def _enter(self, index: int) -> None:
        self.numbers[index] = self._earliest[index] = len(self.numbers)
        self._open.append(index)
        self._path.append((index, iter(self.needs[index])))

    def _is_new(self, index: int, needed: int) -> bool:
        if needed in self._earliest:
            self._reach(index, self.numbers[needed])
        return needed not in self.numbers

    def _leave(self, index: int) -> None:
        self._path.pop()
        if self._earliest[index] == self.numbers[index]:
            self._close(index)
        else:
            self._reach(self._path[-1][0], self._earliest[index])

    def _reach(self, index: int, number: int) -> None:
        self._earliest[index] = min(self._earliest[index], number)

    def _close(self, first: int) -> None:
        group: list[int] = []
        while first not in group[-1:]:
            group.append(self._open.pop())
            del self._earliest[group[-1]]
        self.groups.append(sorted(group))
