"""What came out, as tables."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from heliograph_bench.measuring import Figure, Result, Row


def show(results: Sequence[Result]) -> None:
    """Print rows beside their references, and below them figures that have none."""
    rows = [result for result in results if isinstance(result, Row)]
    figures = [result for result in results if isinstance(result, Figure)]
    if rows:
        Console().print(_compared(rows))
    if figures:
        Console().print(_figures(figures))


def _compared(rows: Sequence[Row]) -> Table:
    table = Table("benchmark", "ours/CPU-s", "reference/CPU-s", "ratio", "target")
    for row in rows:
        table.add_row(
            _name(row),
            f"{row.ours:,.0f}",
            f"{row.reference:,.0f}",
            f"{row.ratio:.2f}",
            row.target,
        )
    return table


def _figures(figures: Sequence[Figure]) -> Table:
    table = Table("figure", "found", "aim")
    for figure in figures:
        table.add_row(_name(figure), figure.value, figure.aim)
    return table


def _name(result: Result) -> str:
    return f"{result.name}\n{result.note}" if result.note else result.name
