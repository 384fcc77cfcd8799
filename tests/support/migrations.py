"""Resources in files, and moving them between service providers."""

import asyncio
import gzip
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import orjson
from support.cluster import helio_command
from support.index_paging_provider import TOKEN, IndexPagingProvider
from support.scim_client import Client
from support.scim_services import ADMIN_TOKEN

from helio.migration.access import Access
from helio.migration.client import opened
from helio.migration.exporting import Exported, export
from helio.migration.importing import bring_in
from helio.migration.journal import opened_journal
from helio.migration.planning import OnConflict, Plan
from helio.migration.provider import discovered
from helio.migration.report import Report
from helio.migration.resource_file import ResourceFile
from scim.messages import GROUP_SCHEMA, USER_SCHEMA


def access_to(provider: Client | IndexPagingProvider) -> Access:
    token = ADMIN_TOKEN if isinstance(provider, Client) else TOKEN
    return Access(provider.base_uri, token)


async def exported(provider: Client | IndexPagingProvider, path: Path) -> Exported:
    async with opened(access_to(provider)) as client:
        return await export(await discovered(client), path, lambda *_: None)


async def imported(
    path: Path,
    provider: Client | IndexPagingProvider,
    *,
    on_conflict: OnConflict = OnConflict.REPORT,
    dry_run: bool = False,
) -> Report:
    access = access_to(provider)
    journal_path = path.with_name(f"{path.name}.journal")
    with opened_journal(journal_path, target=access.base_uri, in_memory=dry_run) as journal:
        async with opened(access) as client:
            plan = Plan(ResourceFile(path), await discovered(client), journal, on_conflict)
            return await bring_in(plan, lambda *_: None, dry_run=dry_run)


def resources_in(path: Path) -> list[dict[str, Any]]:
    content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return [orjson.loads(line) for line in content.splitlines()]


def written(path: Path, *resources: dict[str, Any]) -> Path:
    path.write_bytes(b"".join(orjson.dumps(resource) + b"\n" for resource in resources))
    return path


def user(resource_id: str, **attributes: Any) -> dict[str, Any]:
    return {"schemas": [USER_SCHEMA], "id": resource_id, "userName": resource_id, **attributes}


def group(resource_id: str, *members: str) -> dict[str, Any]:
    return {
        "schemas": [GROUP_SCHEMA],
        "id": resource_id,
        "displayName": resource_id,
        "members": [{"value": member} for member in members],
    }


async def listed(client: Client, endpoint: str) -> list[dict[str, Any]]:
    status, page = await client.ask("GET", f"{endpoint}?count=1000")
    assert status == 200
    found: list[dict[str, Any]] = page["Resources"]
    return found


def names(resources: Sequence[dict[str, Any]], attribute: str = "userName") -> list[str]:
    return sorted(each[attribute] for each in resources)


def problems(report: Report) -> list[tuple[int, str]]:
    return [(problem.line, problem.kind) for problem in report.problems]


def members(group: dict[str, Any]) -> set[str]:
    return {member["value"] for member in group["members"]}


@asynccontextmanager
async def helio(
    command: str, path: Path, provider: Client | IndexPagingProvider
) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run the real `helio import` or `helio export` in a process of its own."""
    access = access_to(provider)
    side = {"import": "to", "export": "from"}[command]
    inherited = dict(os.environ)  # noqa: TID251  handed down
    process = await asyncio.create_subprocess_exec(
        *helio_command(command, str(path), f"--{side}", access.base_uri),
        env={**inherited, f"HELIOGRAPH_{side.upper()}_TOKEN": access.token},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def has_some(client: Client) -> bool:
    _, page = await client.ask("GET", "/Users?count=0")
    return bool(page["totalResults"])
