"""Kill services by chance while people change, and say whether anything was lost."""

import asyncio
import shutil
import tempfile
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from helio.api import ApiError
from heliograph_demo.clusters import Cluster, free_port, running
from heliograph_demo.command_line import run
from heliograph_demo.stores import EMBEDDED, Store, opened
from heliograph_soak.load import RefusedError
from heliograph_soak.report import report
from heliograph_soak.soak import NotSettledError, Options, Result, soak

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
_console = Console(soft_wrap=True, highlight=False, markup=False)
_TOLD_EVERY = 25


@app.command()
def main_command(
    *,
    kills: Annotated[int, typer.Option(min=1, help="SIGKILLs over all services.")] = 1000,
    seed: Annotated[int, typer.Option(help="The same seed makes the same choices.")] = 1,
    clients: Annotated[int, typer.Option(min=1, help="Clients that change people.")] = 8,
    store: Annotated[
        str,
        typer.Option(
            help="sqlite; mongodb, which starts one of its own; or mongodb://HOST/?replicaSet=NAME."
        ),
    ] = EMBEDDED,
) -> None:
    """Run a soak and print its report; exit code 1 when a promise was broken."""
    folder = Path(tempfile.mkdtemp(prefix="heliograph-soak-"))
    with opened(store, keep=False) as chosen_store:
        result = _soaked(folder, chosen_store, Options(kills=kills, seed=seed, clients=clients))
        if result.is_good:
            for name in ("A", "B"):
                chosen_store.remove(folder, name)
    _console.print(report(result, store=store.partition(":")[0], day=datetime.now(UTC).date()))
    if not result.is_good:
        _console.print(f"Data and logs of A and B are in {folder}")
        raise typer.Exit(1)
    shutil.rmtree(folder, ignore_errors=True)


def _soaked(folder: Path, store: Store, options: Options) -> Result:
    told = 0

    def tell(line: str) -> None:
        nonlocal told
        told += 1
        if told % _TOLD_EVERY == 0 or options.kills < _TOLD_EVERY:
            _console.print(line)

    port_a = free_port()
    with (
        _cluster("A", folder, store, port=port_a) as a,
        _cluster("B", folder, store, port=free_port(above=port_a)) as b,
    ):
        return asyncio.run(soak(a, b, options, tell=tell))


def _cluster(
    name: str, folder: Path, store: Store, *, port: int
) -> AbstractContextManager[Cluster]:
    environment = store.environment(folder, name)
    return running(name, folder / name.lower(), port=port, keep=False, store=environment)


def main() -> None:
    """Run the soak."""
    run(app, "soak", ApiError, NotSettledError, RefusedError)


if __name__ == "__main__":
    main()
