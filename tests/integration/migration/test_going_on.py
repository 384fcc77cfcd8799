"""Exports and imports that are killed, or whose answers are lost, go on."""

import asyncio
import signal
from pathlib import Path

from aiohttp import web
from support.eventually import eventually
from support.index_paging_provider import TOKEN, IndexPagingProvider
from support.migrations import (
    group,
    has_some,
    helio,
    imported,
    listed,
    members,
    names,
    resources_in,
    user,
    written,
)
from support.scim_client import Client


async def test_a_creation_whose_answer_is_lost_is_not_sent_again(
    other: IndexPagingProvider, tmp_path: Path
) -> None:
    lost: list[str] = []

    def lose(request: web.Request) -> None:
        if request.method == "POST" and len(lost) < 3:
            lost.append(request.path)
            assert request.transport is not None
            request.transport.abort()

    other.after = lose
    path = written(
        tmp_path / "in.ndjson",
        *(user(f"user-{n}") for n in range(6)),
        group("team"),
        group("team-2"),
    )

    report = await imported(path, other)

    assert (len(lost), report.problems) == (3, [])
    assert names(other.resources["/Users"]) == [f"user-{n}" for n in range(6)]
    assert names(other.resources["/Groups"], "displayName") == ["team", "team-2"]


async def test_an_import_that_is_killed_goes_on_without_doubles(
    other: IndexPagingProvider, tmp_path: Path
) -> None:
    path = written(
        tmp_path / "in.ndjson",
        *(user(f"user-{number}") for number in range(40)),
        *(group(f"team-{number}", f"user-{number}", f"team-{9 - number}") for number in range(10)),
    )
    kills_at = [5, 20, 43]
    running: list[asyncio.subprocess.Process] = []

    async def kill(request: web.Request) -> None:
        held = sum(map(len, other.resources.values()))
        if request.method == "POST" and kills_at and held >= kills_at[0]:
            kills_at.pop(0)
            running[-1].send_signal(signal.SIGKILL)
            await running[-1].wait()

    other.after = kill
    codes, output = [], b""
    while len(codes) < 4:
        async with helio("import", path, other) as process:
            running.append(process)
            output, _ = await process.communicate()
            codes.append(process.returncode)

    assert codes == [-signal.SIGKILL] * 3 + [0], output
    assert names(other.resources["/Users"]) == sorted(f"user-{n}" for n in range(40))
    assert names(other.resources["/Groups"], "displayName") == [f"team-{n}" for n in range(10)]
    ids = {
        each.get("userName") or each["displayName"]: each["id"]
        for each in [*other.resources["/Users"], *other.resources["/Groups"]]
    }
    for number, team in enumerate(
        sorted(other.resources["/Groups"], key=lambda g: g["displayName"])
    ):
        assert members(team) == {ids[f"user-{number}"], ids[f"team-{9 - number}"]}
    assert TOKEN.encode() not in output


async def test_a_bulk_import_that_is_killed_goes_on_without_doubles(
    client: Client, tmp_path: Path
) -> None:
    path = written(
        tmp_path / "in.ndjson",
        *(user(f"user-{number:04}") for number in range(1200)),
        group("team", *(f"user-{number:04}" for number in range(1100))),
    )

    async with helio("import", path, client) as process:
        await eventually(path.with_name("in.ndjson.journal").exists, seconds=120)
        await eventually(lambda: has_some(client), seconds=60)
        process.send_signal(signal.SIGKILL)
    async with helio("import", path, client) as process:
        output, _ = await process.communicate()

    assert process.returncode == 0, output
    _, people = await client.ask("GET", "/Users?count=0")
    (team,) = await listed(client, "/Groups")
    assert (people["totalResults"], len(team["members"])) == (1200, 1100)


async def test_an_export_that_is_killed_goes_on_without_gaps_and_doubles(
    other: IndexPagingProvider, tmp_path: Path
) -> None:
    people = [other.add("/Users", {"userName": f"user-{number:02}"}) for number in range(20)]
    path = tmp_path / "all.ndjson"
    kills_at = ["4", "10"]
    running: list[asyncio.subprocess.Process] = []

    async def kill(request: web.Request) -> None:
        if kills_at and request.query.get("startIndex") == kills_at[0]:
            kills_at.pop(0)
            running[-1].send_signal(signal.SIGKILL)
            await running[-1].wait()

    other.after = kill
    codes, output = [], b""
    while len(codes) < 3:
        async with helio("export", path, other) as process:
            running.append(process)
            output, _ = await process.communicate()
            codes.append(process.returncode)

    assert codes == [-signal.SIGKILL] * 2 + [0], output
    assert names(resources_in(path)) == names(people)
    assert TOKEN.encode() not in output
