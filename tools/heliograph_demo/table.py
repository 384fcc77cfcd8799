"""The table that a run of the demo ends with."""

from collections.abc import Callable, Sequence

from rich.console import Console
from rich.table import Table

from heliograph_demo.rounds import Outcome

_MOST_DIFFERENCES = 50

_ROWS: tuple[tuple[str, Callable[[Outcome], str]], ...] = (
    ("users at A in the end", lambda outcome: f"{outcome.users:,}"),
    ("groups at A in the end", lambda outcome: f"{outcome.groups:,}"),
    ("changes made over SCIM", lambda outcome: f"{outcome.changes:,}"),
    ("changes/s through SCIM", lambda outcome: f"{outcome.changes / outcome.seconds:,.0f}"),
    ("requests sent again", lambda outcome: f"{outcome.retries:,}"),
    ("services killed", lambda outcome: f"{outcome.kills:,}"),
    ("SETs received by B", lambda outcome: f"{outcome.arrivals.sets:,}"),
    ("SETs/s settled by B", lambda outcome: f"{outcome.arrivals.applied_per_second:,.0f}"),
    ("lag, p50", lambda outcome: f"{outcome.arrivals.lag_p50:.3f} s"),
    ("lag, p99", lambda outcome: f"{outcome.arrivals.lag_p99:.3f} s"),
    ("dead letters", lambda outcome: f"{outcome.dead_letters:,}"),
    ("differences", lambda outcome: f"{len(outcome.differences):,}"),
)


def print_outcomes(console: Console, outcomes: Sequence[Outcome]) -> None:
    """Print each difference, then a column of figures for each round."""
    for outcome in outcomes:
        for difference in outcome.differences[:_MOST_DIFFERENCES]:
            console.print(f"{outcome.method}: {difference}", markup=False, highlight=False)
        more = len(outcome.differences) - _MOST_DIFFERENCES
        if more > 0:
            console.print(f"{outcome.method}: and {more:,} differences more")
    table = Table("verified", *(f"by {outcome.method}" for outcome in outcomes))
    for column in table.columns[1:]:
        column.justify = "right"
    for name, figure in _ROWS:
        table.add_row(name, *(figure(outcome) for outcome in outcomes))
    console.print(table)
