"""Progress bars: on a terminal, and nowhere else."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

Set = Callable[[str, int, int | None], None]
"""Is told of a bar how much of it is done, and how much there is where that is known."""


@contextmanager
def bars(console: Console) -> Iterator[Set]:
    """Show a bar for each name that is told of, until the block ends."""
    if not console.is_terminal:
        yield lambda _name, _done, _total: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    times = (TimeElapsedColumn(), TimeRemainingColumn())
    with Progress(*columns, *times, console=console) as progress:
        yield _Bars(progress).set


class _Bars:
    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._tasks: dict[str, TaskID] = {}

    def set(self, name: str, done: int, total: int | None) -> None:
        if name not in self._tasks:
            self._tasks[name] = self._progress.add_task(name, total=total)
        self._progress.update(self._tasks[name], completed=done, total=total)


def adding(tell: Set) -> Set:
    """Return what is told how much more is done, rather than how much in all."""
    done: dict[str, int] = {}

    def add(name: str, more: int, total: int | None) -> None:
        done[name] = done.get(name, 0) + more
        tell(name, done[name], total)

    return add
