"""`helio export` and `helio import`: resources out of and into any SCIM service provider."""

import asyncio
from dataclasses import asdict
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import orjson
import typer
from rich.console import Console

from helio.migration.access import Access, source_access, target_access
from helio.migration.client import ProviderError, ScimClient, opened
from helio.migration.exporting import Exported, export
from helio.migration.importing import bring_in
from helio.migration.journal import opened_journal
from helio.migration.planning import OnConflict, Plan
from helio.migration.progress import adding, bars
from helio.migration.provider import Provider, discovered
from helio.migration.report import Report, print_report, write_report
from helio.migration.resource_file import ResourceFile
from helio.options import Data, Json
from servicekit.failures import StartError

app = typer.Typer()
_console = Console(emoji=False)

From = Annotated[
    str | None,
    typer.Option("--from", metavar="URL", help="The base URI of another SCIM service."),
]
FromTokenFile = Annotated[
    Path | None,
    typer.Option(help="A file with the token for --from. [default: $HELIOGRAPH_FROM_TOKEN]"),
]
To = Annotated[
    str | None,
    typer.Option("--to", metavar="URL", help="The base URI of another SCIM service."),
]
ToTokenFile = Annotated[
    Path | None,
    typer.Option(help="A file with the token for --to. [default: $HELIOGRAPH_TO_TOKEN]"),
]


@app.command("export")
def export_resources(
    file: Annotated[Path, typer.Argument(help="The file to make; compressed if named .gz.")],
    *,
    source: From = None,
    from_token_file: FromTokenFile = None,
    json: Json = False,
    data: Data = None,
) -> None:
    """Write all resources to a file, one a line; run it again to go on after an interruption."""
    exported = _export(source_access(source, from_token_file, data), file)
    if json:
        _print_json({"types": [asdict(each) for each in exported]})
    else:
        _print_exported(exported, file)
    raise typer.Exit(0 if all(each.is_complete for each in exported) else 1)


@app.command("import")
def import_resources(  # noqa: PLR0913  the options of a command line
    file: Annotated[
        Path | None,
        typer.Argument(help="A file of resources; with --from, where to keep what is read."),
    ] = None,
    *,
    source: From = None,
    from_token_file: FromTokenFile = None,
    target: To = None,
    to_token_file: ToTokenFile = None,
    on_conflict: Annotated[
        OnConflict, typer.Option(help="What to do with what the target has already.")
    ] = OnConflict.REPORT,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would happen, and send nothing.")
    ] = False,
    source_id_as_external_id: Annotated[
        bool,
        typer.Option(
            "--source-id-as-external-id", help="Keep the id where there is no externalId."
        ),
    ] = False,
    journal: Annotated[
        Path | None, typer.Option(help="Where to note what is in. [default: FILE.journal]")
    ] = None,
    json: Json = False,
    data: Data = None,
) -> None:
    """Bring the resources of a file in; run it again to go on after an interruption."""
    into = target_access(target, to_token_file, data)
    path = _file(file, source, from_token_file, into)
    noted = journal or path.with_name(f"{path.name}.journal")
    with opened_journal(noted, target=into.base_uri, in_memory=dry_run) as opened_one:

        async def run() -> Report:
            async with opened(into) as client:
                provider = await _reached(client)
                plan = Plan(
                    ResourceFile(path), provider, opened_one, on_conflict, source_id_as_external_id
                )
                with bars(_console) as tell:
                    return await bring_in(plan, adding(tell), dry_run=dry_run)

        report = asyncio.run(run())
    whole = path.with_name(f"{path.name}.report.ndjson")
    if not dry_run:
        write_report(whole, report.problems)
    if json:
        _print_json(report.as_json())
    else:
        print_report(_console, report, whole)
    raise typer.Exit(report.exit_code)


def _file(
    file: Path | None, source: str | None, from_token_file: Path | None, into: Access
) -> Path:
    """Return the file to bring in; read from the source first where that is not done yet."""
    if source is None:
        if file is None:
            raise StartError("name a FILE, or --from URL to read another SCIM service")
        if not file.is_file():
            raise StartError(f"there is no file {file}")
        return file
    access = source_access(source, from_token_file, None)
    if access.base_uri == into.base_uri:
        raise StartError("--from and the target are the same service")
    path = file or Path(f"import-{urlsplit(source).hostname}.ndjson.gz")
    if path.exists():
        _tell(f"{path} was read before: delete it to read {access.base_uri} anew")
        return path
    _print_exported(_export(access, path), path)
    return path


def _export(access: Access, path: Path) -> Exported:
    async def run() -> Exported:
        async with opened(access) as client:
            provider = await _reached(client)
            with bars(_console) as tell:
                return await export(provider, path, tell)

    return asyncio.run(run())


async def _reached(client: ScimClient) -> Provider:
    try:
        return await discovered(client)
    except ProviderError as error:
        raise StartError(str(error)) from None


def _print_exported(exported: Exported, path: Path) -> None:
    for each in exported:
        _tell(f"{each.endpoint}: {each.written}{_shifts(each.walks, each.gone)}")
        if not each.is_complete:
            _tell(f"{each.endpoint}: something shifted in every walk: some may be missing")
    _tell(f"all of it: {path}, readable for its owner alone; no passwords, as SCIM gives none away")


def _shifts(walks: int, gone: int) -> str:
    read = f", read {walks} times, as resources shifted between index pages" if walks > 1 else ""
    return read + (f"; {gone} of them were deleted meanwhile" if gone else "")


def _print_json(value: object) -> None:
    print(orjson.dumps(value, option=orjson.OPT_INDENT_2).decode())


def _tell(text: str) -> None:
    _console.print(text, markup=False, highlight=False, soft_wrap=True)
