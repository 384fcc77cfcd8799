"""Run the benchmarks and print the table."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import ExitStack
from functools import partial
from typing import Annotated, Final

import typer
import uvloop

from heliograph_bench.gateway import creating, reading
from heliograph_bench.group_commit import group_commit
from heliograph_bench.hop import hop
from heliograph_bench.idle_polls import idle_polls
from heliograph_bench.latency import latency
from heliograph_bench.loading import LoadError, loading
from heliograph_bench.measuring import Figure, Result, Row
from heliograph_bench.membership import joining_a_group
from heliograph_bench.polling import polling
from heliograph_bench.printing import show
from heliograph_bench.pushing import pushing
from heliograph_bench.receiving import receiving
from heliograph_bench.searching import searching
from heliograph_bench.services import NotReadyError
from heliograph_bench.streams import streams
from heliograph_demo.command_line import run
from heliograph_mongod.server import MongodUnavailableError, running_mongod

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
_OWN_MONGOD: Final = "mongod"
_LOADED: Final = 20_000
_SEARCHED: Final = 300_000
_POLLED: Final = 100_000


@app.command()
def bench(
    *,
    users: Annotated[
        int | None,
        typer.Option(
            min=1000,
            help="Users: to load (20,000), to search among (300,000), to poll the events of"
            " (100,000).",
        ),
    ] = None,
    store: Annotated[
        str | None,
        typer.Option(help="Where state is kept: a URL, or `mongod` to start one."),
    ] = None,
    only: Annotated[str, typer.Option(help="Only rows whose names begin so.")] = "",
) -> None:
    """Print operations per CPU-second of ours and of the reference, and their ratio."""
    with ExitStack() as stack:
        url = stack.enter_context(running_mongod()) if store == _OWN_MONGOD else store
        rows: dict[str, Callable[[], Awaitable[Result | Sequence[Result]]]] = {
            "hop": hop,
            "group commit": group_commit,
            "GET": partial(reading, 32, store=url, target="≥ 25 %"),
            "GET alone": partial(reading, 1, store=url, target="≥ 12 %"),
            "create": partial(creating, store=url),
            "load": partial(loading, users or _LOADED, store=url),
            "search": partial(searching, users or _SEARCHED, store=url),
            "streams": streams,
            "push": partial(pushing, store=url),
            "receive": partial(receiving, store=url),
            "poll": partial(polling, users or _POLLED, store=url),
            "latency": partial(latency, store=url),
            "idle polls": partial(idle_polls, store=url),
            "members": partial(joining_a_group, store=url),
        }
        chosen = [row for name, row in rows.items() if name.startswith(only)]
        show([row for each in chosen for row in uvloop.run(_measured(each))])


async def _measured(
    benchmark: Callable[[], Awaitable[Result | Sequence[Result]]],
) -> Sequence[Result]:
    found = await benchmark()
    return [found] if isinstance(found, Row | Figure) else found


def main() -> None:
    """Run the benchmarks."""
    run(app, "bench", LoadError, MongodUnavailableError, NotReadyError)


if __name__ == "__main__":
    main()
