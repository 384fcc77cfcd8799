"""The command-line tool of a Heliograph cluster."""

import asyncio
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import orjson
import typer
from rich.console import Console

from helio import down as downing
from helio import status as status_
from helio.api import ApiError
from helio.backups.making import default_target, make_backup
from helio.backups.restoring import restore as restore_backup
from helio.backups.telling import print_backup, print_restored
from helio.brake import app as brake
from helio.certificates import RENEWAL, issue_certificates
from helio.data_folder import AlreadyRunningError, DataFolder
from helio.dead_letters import app as dead_letters
from helio.deleted import app as deleted
from helio.erase import erase
from helio.event_publishing import publish as publish_event
from helio.event_tail import show as show_event
from helio.event_tail import tail as tail_events
from helio.events import app as events
from helio.hello import HelloError, say_hello
from helio.migration.client import ProviderError
from helio.migration.commands import app as migration
from helio.options import Data, Json
from helio.receipts import app as receipts
from helio.replica_set import initiate_replica_set
from helio.requests import app as requests
from helio.settings import cluster_settings
from helio.snapshot import SnapshotError, take_snapshots
from helio.stores import check_store, hide_url
from helio.streams import app as streams
from helio.tenants import app as tenants
from helio.tokens import app as tokens
from helio.up import run_detached, run_in_foreground, supervise_detached
from scim.definition_errors import DefinitionError
from scim.registry import registry_of
from servicekit.failures import StartError, refusing_to_start

app = typer.Typer(
    help="Run a Heliograph cluster on this machine.",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.add_typer(dead_letters, name="dead-letters")
app.add_typer(deleted, name="deleted")
app.command()(erase)
events.command("tail")(tail_events)
events.command("show")(show_event)
events.command("publish")(publish_event)
app.add_typer(events, name="events")
app.add_typer(brake, name="brake")
app.add_typer(receipts, name="receipts")
app.add_typer(requests, name="requests")
app.add_typer(streams, name="streams")
app.add_typer(tenants, name="tenants")
app.add_typer(tokens, name="tokens")
app.add_typer(migration)
_console = Console(emoji=False)  # a schema is named urn:x:…, and :x: is none
_errors = Console(stderr=True, emoji=False)

Port = Annotated[
    int | None,
    typer.Option(min=1, max=65531, help="The first of five ports. [default: 8080]"),
]
Store = Annotated[
    str | None,
    typer.Option(
        help="Where state is kept: sqlite:, sqlite:FOLDER or mongodb://HOST/?replicaSet=NAME."
        " [default: sqlite:, in the data folder]"
    ),
]


@app.command()
def up(
    *,
    data: Data = None,
    port: Port = None,
    detach: Annotated[bool, typer.Option("--detach", help="Go on without a terminal.")] = False,
    if_stopped: Annotated[
        bool, typer.Option("--if-stopped", help="Leave a cluster that runs alone.")
    ] = False,
    store: Store = None,
    schemas: Annotated[
        Path | None,
        typer.Option(help="A folder of JSON files of your own schemas and resource types."),
    ] = None,
    replicas: Annotated[int | None, typer.Option(min=1, help="Copies of each service.")] = None,
) -> None:
    """Start the cluster on loopback and wait until it is ready; Ctrl-C stops it."""
    settings = cluster_settings(
        data=data, port=port, store=store, schemas=schemas, replicas=replicas
    )
    hide_url(settings, sys.orig_argv[1:])
    check_store(settings)
    with refusing_to_start(DefinitionError):
        registry_of(settings.schemas)
    pid = DataFolder(settings.data).owner()
    if pid is not None and if_stopped:
        _console.print(str(AlreadyRunningError(pid)), markup=False, highlight=False)
        return
    if pid is not None:
        raise AlreadyRunningError(pid)
    run = run_detached if detach else run_in_foreground
    raise typer.Exit(run(settings, _console, _errors))


@app.command()
def down(data: Data = None) -> None:
    """Stop the cluster: durable, clean, and all of it."""
    settings = cluster_settings(data=data)
    seconds = downing.stop(DataFolder(settings.data))
    _console.print("nothing runs" if seconds is None else f"stopped in {seconds:.1f} s")


@app.command()
def status(
    *,
    data: Data = None,
    json: Json = False,
) -> None:
    """Show what runs, and whether it is ready; exit code 1 when not all of it is."""
    found = status_.status_of(cluster_settings(data=data))
    if json:
        print(orjson.dumps(asdict(found), option=orjson.OPT_INDENT_2).decode())
    else:
        status_.print_status(_console, found)
    raise typer.Exit(0 if found.ready else 1)


@app.command()
def hello(data: Data = None) -> None:
    """Do the job once: a person goes in over SCIM, a signed event comes out, and is verified."""
    asyncio.run(say_hello(cluster_settings(data=data), _console))


@app.command()
def backup(
    *,
    data: Data = None,
    store: Store = None,
    to: Annotated[
        Path | None,
        typer.Option(help="The folder to make. [default: heliograph-backup-TIME, here]"),
    ] = None,
) -> None:
    """Copy all of a cluster, running or not, to a new folder: a secret, as it has the keys."""
    settings = cluster_settings(data=data, store=store)
    target = (to or default_target()).expanduser().absolute()
    print_backup(_console, target, make_backup(settings, target))


@app.command()
def restore(
    backup: Annotated[Path, typer.Argument(help="The folder that `helio backup` made.")],
    *,
    data: Data = None,
    store: Store = None,
    force: Annotated[
        bool, typer.Option("--force", help="Move aside the data that are there.")
    ] = False,
) -> None:
    """Make a backup the data of a cluster that does not run."""
    settings = cluster_settings(data=data, store=store)
    restored = restore_backup(settings, backup.expanduser().absolute(), force=force)
    print_restored(_console, settings, restored)


@app.command()
def snapshot(
    *,
    stream: Annotated[
        str | None, typer.Option(help="The stream's id. [default: all transmit streams]")
    ] = None,
    data: Data = None,
    no_wait: Annotated[
        bool, typer.Option("--no-wait", help="Return as soon as it has begun; it goes on.")
    ] = False,
) -> None:
    """Bring the receivers of streams up to the present state, whatever they have missed."""
    settings = cluster_settings(data=data)
    asyncio.run(take_snapshots(settings, stream, _console, wait=not no_wait))


@app.command()
def certificates(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where they are, or will be.")],
) -> None:
    """Make or renew the certificates by which services that run apart know each other."""
    made = issue_certificates(folder, now=datetime.now(UTC))
    for path in made:
        print(f"made {path}")
    if not made:
        print(f"all certificates in {folder} are good for {RENEWAL.days} days and more")


@app.command("initiate-replica-set", hidden=True)
def initiate(address: Annotated[str, typer.Argument(metavar="HOST:PORT")]) -> None:
    """Make a mongod a replica set of one, and wait until it takes writes."""
    initiate_replica_set(address)


@app.command(hidden=True)
def supervise(
    data: Annotated[Path, typer.Option()],
    port: Annotated[int, typer.Option()],
    reports: Annotated[int, typer.Option()],
) -> None:
    """Run the cluster of `up --detach`."""
    raise typer.Exit(supervise_detached(cluster_settings(data=data, port=port), reports))


def main() -> None:
    """Run `helio`; what the user can mend is one line and exit code 2."""
    try:
        sys.exit(app(standalone_mode=False))
    except typer.TyperException as error:
        _fail(f"{error.format_message()} (see `helio --help`)", error.exit_code)
    except typer.Abort:
        sys.exit(130)
    except StartError as error:
        _fail(str(error), 2)
    except (HelloError, SnapshotError, ProviderError, ApiError, TimeoutError) as error:
        _fail(str(error), 1)


def _fail(sentence: str, exit_code: int) -> None:
    _errors.print(f"helio: {sentence}", markup=False, highlight=False, soft_wrap=True)
    sys.exit(exit_code)


if __name__ == "__main__":
    main()
