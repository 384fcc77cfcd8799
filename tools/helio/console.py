"""Showing reports: live on a terminal, as plain lines elsewhere."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table

from helio.reports import Died, Failed, Ready, Report, Starting, Stopped, Stopping, Up, sentence
from servicekit.faces import FACES

Show = Callable[[Report], None]


@contextmanager
def showing(console: Console) -> Iterator[Show]:
    """Show reports in the way that fits the console."""
    if not console.is_terminal:
        yield lambda report: console.print(
            sentence(report), highlight=False, markup=False, soft_wrap=True
        )
        return
    with Live(console=console, refresh_per_second=12) as live:
        yield _Board(live).show


class _Board:
    """A line for each service while they start; then only what is worth telling."""

    def __init__(self, live: Live) -> None:
        self._live = live
        self._states: dict[str, str] = dict.fromkeys(FACES, "waiting")
        self._draw()

    def show(self, report: Report) -> None:
        match report:
            case Starting(service, _):
                self._states[service] = "starting"
            case Ready(service, seconds):
                self._states[service] = f"[green]ready[/] after {seconds:.1f} s"
            case Died(service, _, _, _):
                self._states[service] = "[red]died[/]"
                self._tell(report, style="red")
            case Up():
                self._draw()
                self._live.stop()
                return
            case Failed() | Stopping() | Stopped():
                self._tell(report)
        self._draw()

    def _tell(self, report: Report, *, style: str = "default") -> None:
        self._live.console.print(sentence(report), style=style, highlight=False, markup=False)

    def _draw(self) -> None:
        table = Table.grid(padding=(0, 1))
        for service, state in self._states.items():
            done = state.startswith("[green]")
            table.add_row("[green]✓[/]" if done else Spinner("dots"), service, state)
        self._live.update(table)
