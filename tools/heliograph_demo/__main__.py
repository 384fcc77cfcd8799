"""Two clusters, a week of joiners, movers and leavers, and the proof that B holds what A holds."""

from enum import StrEnum
from typing import Annotated

import typer
from rich.console import Console

from helio.api import ApiError
from heliograph_demo.command_line import run
from heliograph_demo.following import Method, NotFollowingError
from heliograph_demo.rounds import Options, run_round
from heliograph_demo.scim_client import ChangeError
from heliograph_demo.stores import EMBEDDED, opened
from heliograph_demo.table import print_outcomes
from heliograph_demo.week import plan as planned

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
_console = Console()


class Delivery(StrEnum):
    """How B follows A."""

    PUSH = "push"
    POLL = "poll"
    BOTH = "both"


@app.command()
def demo(  # noqa: PLR0913  the options of a command
    *,
    users: Annotated[int, typer.Option(min=1, help="People at the founding.")] = 1000,
    groups: Annotated[int, typer.Option(min=1, help="Groups at the founding.")] = 50,
    changing: Annotated[
        int | None,
        typer.Option(min=1, help="People who have changes in the week. [default: all]"),
    ] = None,
    seed: Annotated[int, typer.Option(help="The same seed makes the same people.")] = 1,
    delivery: Annotated[
        Delivery, typer.Option(help="How B follows A; both: two rounds.")
    ] = Delivery.BOTH,
    kill: Annotated[
        bool, typer.Option("--kill", help="SIGKILL each service of both, in turn, meanwhile.")
    ] = False,
    join: Annotated[
        bool,
        typer.Option("--join", help="A is founded alone; B joins by a snapshot in its first week."),
    ] = False,
    port: Annotated[
        int | None,
        typer.Option(min=1, max=65526, help="The first of ten ports. [default: what is free]"),
    ] = None,
    keep: Annotated[
        bool, typer.Option("--keep", help="Leave the clusters running, and their data.")
    ] = False,
    store: Annotated[
        str,
        typer.Option(
            help="sqlite; mongodb, which starts one of its own; or mongodb://HOST/?replicaSet=NAME."
        ),
    ] = EMBEDDED,
) -> None:
    """Make people at cluster A over SCIM, let B follow by signed events, compare the two."""
    week = planned(users=users, groups=groups, seed=seed, changing=changing)
    _console.print(
        f"The plan: {users:,} people, {groups:,} groups, {week.size:,} changes (seed {seed})",
        highlight=False,
    )
    methods: tuple[Method, ...] = ("push", "poll")
    chosen = [method for method in methods if delivery in {Delivery.BOTH, method}]
    with opened(store, keep=keep) as chosen_store:
        options = Options(kill=kill, join=join, port=port, keep=keep, store=chosen_store)
        outcomes = [run_round(week, method, options, _console) for method in chosen]
    print_outcomes(_console, outcomes)
    if not all(outcome.is_good for outcome in outcomes):
        raise typer.Exit(1)
    _console.print("B holds exactly what A holds.", highlight=False)


def main() -> None:
    """Run the demo."""
    run(app, "demo", ApiError, ChangeError, NotFollowingError)


if __name__ == "__main__":
    main()
