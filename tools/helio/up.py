"""`helio up`: a cluster in the foreground, or detached."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from rich.console import Console

from helio.console import Show, showing
from helio.data_folder import DataFolder
from helio.reports import Failed, Report, Up, decoded, encoded, sentence
from helio.settings import ClusterSettings
from helio.summary import down_command, print_summary
from helio.supervisor import supervise


def run_in_foreground(settings: ClusterSettings, console: Console, errors: Console) -> int:
    """Run a cluster until Ctrl-C; return the exit code."""
    with showing(console) as show:

        def report(event: Report) -> None:
            _show(event, show, errors)
            if isinstance(event, Up):
                print_summary(console, settings, how_to_stop="Ctrl-C stops it")

        return asyncio.run(supervise(settings, report))


def run_detached(settings: ClusterSettings, console: Console, errors: Console) -> int:
    """Start a cluster that goes on by itself, wait until it is ready; return the exit code."""
    folder = DataFolder(settings.data)
    folder.prepare()
    with showing(console) as show:
        last = _last_report(_start(settings, folder), lambda event: _show(event, show, errors))
    match last:
        case Up():
            print_summary(console, settings, how_to_stop=down_command(settings))
            return 0
        case Failed(_, exit_code):
            return exit_code
        case _:
            errors.print(f"the supervisor ended: see {folder.log_of('supervisor')}", markup=False)
            return 1


def supervise_detached(settings: ClusterSettings, reports: int) -> int:
    """Run a cluster as the process that `run_detached` starts; `reports` is a pipe to that."""
    tell = _pipe_until_up(reports)

    def report(event: Report) -> None:
        print(f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} {sentence(event)}", flush=True)
        tell(event)

    return asyncio.run(supervise(settings, report))


def _show(event: Report, show: Show, errors: Console) -> None:
    if isinstance(event, Failed):
        errors.print(f"helio: {event.message}", markup=False, highlight=False, soft_wrap=True)
    else:
        show(event)


def _start(settings: ClusterSettings, folder: DataFolder) -> Iterator[Report]:
    """Start the supervisor in a session of its own; give its reports until there are no more."""
    read, write = os.pipe()
    with folder.log_of("supervisor").open("ab") as log:
        subprocess.Popen(
            [
                *(sys.executable, "-m", "helio", "supervise"),
                *("--data", str(settings.data), "--port", str(settings.port)),
                *("--reports", str(write)),
            ],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            # Everybody can read a command line, and the store's URL may hold a password.
            env={**os.environ, "HELIOGRAPH_STORE": settings.store},  # noqa: TID251  handed down
            pass_fds=(write,),
            start_new_session=True,
        )
    os.close(write)
    with os.fdopen(read, "rb") as lines:
        yield from map(decoded, lines)


def _last_report(reports: Iterator[Report], show: Show) -> Report | None:
    last = None
    for last in reports:
        show(last)
        if isinstance(last, Up):
            break
    return last


def _pipe_until_up(pipe: int) -> Callable[[Report], None]:
    """Return what writes reports to a pipe until the cluster is up.

    When nobody reads them before, the start was given up: then this process ends itself.
    """
    file = os.fdopen(pipe, "wb", buffering=0)

    def tell(report: Report) -> None:
        if file.closed:
            return
        try:
            file.write(encoded(report))
        except BrokenPipeError:
            file.close()
            os.kill(os.getpid(), signal.SIGTERM)
        if isinstance(report, Up):
            file.close()

    return tell
