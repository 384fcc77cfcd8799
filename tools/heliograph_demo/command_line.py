"""How the demo, the soak and the benchmarks end: what stops them is told in one line."""

import sys
from typing import NoReturn

import typer
from rich.console import Console

from heliograph_demo.clusters import ClusterError

_errors = Console(stderr=True, soft_wrap=True, highlight=False, markup=False)


def run(app: typer.Typer, name: str, *expected: type[Exception]) -> NoReturn:
    """Run a command and exit: 2 for what was asked wrongly, 1 for the failures that are expected.

    A cluster that does not start ends it with the exit code of `helio up`.
    """
    try:
        sys.exit(app(standalone_mode=False))
    except typer.TyperException as error:
        _fail(name, f"{error.format_message()} (see --help)", error.exit_code)
    except typer.Abort:
        sys.exit(130)
    except ClusterError as error:
        _fail(name, str(error), error.exit_code)
    except expected as error:
        _fail(name, str(error), 1)


def _fail(name: str, sentence: str, exit_code: int) -> NoReturn:
    _errors.print(f"{name}: {sentence}")
    sys.exit(exit_code)
