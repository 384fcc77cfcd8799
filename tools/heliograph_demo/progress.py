"""Showing how far a run is: bars on a terminal, a line every few seconds elsewhere."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

_EVERY_SECONDS = 3.0


class Bar(Protocol):
    """Shows the advance of one thing."""

    def at(self, done: int, *, total: int, what: str) -> None:
        """Show how much is done, and what is being done."""

    def tell(self, text: str) -> None:
        """Show a line."""


@contextmanager
def bar(console: Console) -> Iterator[Bar]:
    """Show one thing's advance in the way that fits the console."""
    if not console.is_terminal:
        yield _Lines(console)
        return
    columns = (
        TextColumn("{task.description:<28}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console) as progress:
        yield _RichBar(progress)


class _RichBar:
    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task = progress.add_task("", total=None)

    def at(self, done: int, *, total: int, what: str) -> None:
        self._progress.update(self._task, completed=done, total=total, description=what)

    def tell(self, text: str) -> None:
        self._progress.console.print(text, markup=False, highlight=False)


class _Lines:
    def __init__(self, console: Console) -> None:
        self._console = console
        self._last = time.monotonic()

    def at(self, done: int, *, total: int, what: str) -> None:
        if time.monotonic() - self._last > _EVERY_SECONDS:
            self._last = time.monotonic()
            self.tell(f"{what}: {done} of {total}")

    def tell(self, text: str) -> None:
        self._console.print(text, markup=False, highlight=False, soft_wrap=True)
