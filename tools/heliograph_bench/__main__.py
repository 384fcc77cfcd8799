"""Run every benchmark and print the table."""

import uvloop
from rich.console import Console
from rich.table import Table

from heliograph_bench.group_commit import group_commit
from heliograph_bench.hop import hop
from heliograph_bench.measuring import Row


async def _rows() -> list[Row]:
    return [await hop(), await group_commit()]


def main() -> None:
    """Print operations per CPU-second of ours and of the reference, and their ratio."""
    table = Table("benchmark", "ours/CPU-s", "reference/CPU-s", "ratio", "target")
    for row in uvloop.run(_rows()):
        table.add_row(
            row.name, f"{row.ours:,.0f}", f"{row.reference:,.0f}", f"{row.ratio:.2f}", row.target
        )
    Console().print(table)


if __name__ == "__main__":
    main()
