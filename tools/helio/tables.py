"""Tables of which nothing is cut off, whoever reads them."""

from typing import Final

from rich.console import Console
from rich.table import Table

_ANY_WIDTH: Final = 10_000


def print_table(table: Table) -> None:
    """Print a table whose first column is what other commands take; that stays in one piece.

    On a terminal the other cells are folded; into a pipe each row is one line.
    """
    first, *others = table.columns
    first.no_wrap, first.overflow = True, "ignore"
    first.min_width = max((len(str(cell)) for cell in first.cells), default=0)
    for column in others:
        column.overflow = "fold"
    console = Console(emoji=False)
    if not console.is_terminal:
        console = Console(emoji=False, width=_ANY_WIDTH)
    console.print(table)
