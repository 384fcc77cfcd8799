"""Resources move between service providers: Heliograph itself, and one with index paging alone."""

import asyncio
import gzip
import os
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import orjson
import pytest
from aiohttp import web
from support.cluster import helio_command
from support.eventually import eventually
from support.index_paging_provider import TOKEN, IndexPagingProvider, index_paging_provider
from support.scim_client import Client, scim_client
from support.scim_services import ADMIN_TOKEN, serving_scim

from helio.migration.access import Access
from helio.migration.client import ProviderError, opened
from helio.migration.exporting import Exported, export
from helio.migration.importing import bring_in
from helio.migration.journal import State, opened_journal
from helio.migration.planning import OnConflict, Plan
from helio.migration.provider import discovered
from helio.migration.report import Report
from helio.migration.resource_file import ResourceFile
from scim.messages import ENTERPRISE_USER_SCHEMA, GROUP_SCHEMA, USER_SCHEMA


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[Client]:
    async with serving_scim(tmp_path / "data") as base_uri, scim_client(base_uri) as client:
        yield client


@pytest.fixture
async def other() -> AsyncIterator[IndexPagingProvider]:
    async with index_paging_provider() as provider:
        yield provider


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


async def test_people_and_circles_of_groups_come_over_with_their_references(
    client: Client, other: IndexPagingProvider, tmp_path: Path
) -> None:
    boss = await client.create("/Users", userName="boss", externalId="HR-1")
    ann = await client.create(
        "/Users",
        schemas=[USER_SCHEMA, ENTERPRISE_USER_SCHEMA],
        userName="ann",
        **{ENTERPRISE_USER_SCHEMA: {"manager": {"value": boss["id"]}}},
    )
    inner = await client.create("/Groups", displayName="Inner", members=[{"value": ann["id"]}])
    outer = await client.create(
        "/Groups", displayName="Outer", members=[{"value": inner["id"]}, {"value": boss["id"]}]
    )
    circle = {"op": "add", "path": "members", "value": [{"value": outer["id"]}]}
    body = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [circle]}
    await client.ask("PATCH", f"/Groups/{inner['id']}", body)
    path = tmp_path / "all.ndjson.gz"

    done = await exported(client, path)
    report = await imported(path, other)

    assert [(each.endpoint, each.written, each.is_complete) for each in done] == [
        ("/Users", 2, True),
        ("/Groups", 2, True),
    ]
    assert (report.exit_code, report.problems) == (0, [])
    people = {each["userName"]: each for each in other.resources["/Users"]}
    groups = {each["displayName"]: each for each in other.resources["/Groups"]}
    assert people["boss"]["externalId"] == "HR-1"
    assert people["ann"][ENTERPRISE_USER_SCHEMA] == {"manager": {"value": people["boss"]["id"]}}
    assert members(groups["Inner"]) == {people["ann"]["id"], groups["Outer"]["id"]}
    assert members(groups["Outer"]) == {groups["Inner"]["id"], people["boss"]["id"]}
    assert report.without_password == 2


def members(group: dict[str, Any]) -> set[str]:
    return {member["value"] for member in group["members"]}


async def test_another_servers_resources_come_in_by_bulk(
    client: Client, other: IndexPagingProvider, tmp_path: Path
) -> None:
    people = [other.add("/Users", {"userName": f"user-{number}"}) for number in range(20)]
    other.add(
        "/Groups",
        {"displayName": "Team", "members": [{"value": each["id"]} for each in people]},
    )
    path = tmp_path / "all.ndjson"

    await exported(other, path)
    report = await imported(path, client)
    again = await imported(path, client)

    assert (report.exit_code, again.exit_code) == (0, 0)
    assert names(await listed(client, "/Users")) == names(people)
    (team,) = await listed(client, "/Groups")
    assert members(team) == {each["id"] for each in await listed(client, "/Users")}


async def test_a_conflict_is_reported_and_changes_nothing(client: Client, tmp_path: Path) -> None:
    ann = await client.create("/Users", userName="ann", title="Dr")
    path = written(
        tmp_path / "in.ndjson",
        user("ANN", title="Prof"),
        user("bob", externalId="HR-2"),
        user("eve", externalId="HR-2"),
        group("team", "ANN", "bob", "nobody"),
    )

    report = await imported(path, client)

    assert problems(report) == [
        (1, "conflict"), (3, "conflict"), (4, "reference"), (4, "reference"),
    ]  # fmt: skip
    assert (report.problems[0].source_id, report.problems[0].target_id) == ("ANN", ann["id"])
    assert "userName" in report.problems[0].reason
    assert "HR-2" in report.problems[1].reason
    assert await client.ask("GET", f"/Users/{ann['id']}") == (200, ann)
    (team,) = await listed(client, "/Groups")
    assert len(team["members"]) == 1


@pytest.mark.parametrize(
    ("policy", "title"),
    [
        pytest.param(OnConflict.SKIP, "Dr", id="what is there is left alone"),
        pytest.param(OnConflict.UPDATE, "Prof", id="what is there is replaced"),
    ],
)
async def test_references_lead_to_what_was_there(
    client: Client, tmp_path: Path, policy: OnConflict, title: str
) -> None:
    ann = await client.create("/Users", userName="ann", title="Dr")
    path = written(tmp_path / "in.ndjson", group("team", "ANN"), user("ANN", title="Prof"))

    report = await imported(path, client, on_conflict=policy)
    again = await imported(path, client, on_conflict=policy)

    assert (report.problems, again.problems) == ([], [])
    (person,), (team,) = await listed(client, "/Users"), await listed(client, "/Groups")
    assert (person["id"], person["title"]) == (ann["id"], title)
    assert members(team) == {ann["id"]}


async def test_a_dry_run_says_the_same_and_sends_nothing(
    other: IndexPagingProvider, tmp_path: Path
) -> None:
    other.add("/Users", {"userName": "ann"})
    path = written(
        tmp_path / "in.ndjson", user("ann"), user("bob"), user("bob"), group("team", "bob", "x")
    )
    with path.open("ab") as file:
        file.write(b'{"schemas": ["urn:example:Car"]}\nno json\n')

    report = await imported(path, other, dry_run=True)

    assert problems(report) == [
        (1, "conflict"), (3, "line"), (4, "reference"), (5, "line"), (6, "line"),
    ]  # fmt: skip
    assert report.counts["User"] == {State.CONFLICT: 1, State.NEW: 1}
    assert {method for method, _ in other.requests} == {"GET"}
    assert not path.with_name("in.ndjson.journal").exists()


@pytest.mark.parametrize("policy", OnConflict)
async def test_two_of_the_source_do_not_become_one(
    other: IndexPagingProvider, tmp_path: Path, policy: OnConflict
) -> None:
    other.add("/Users", {"userName": "ann", "externalId": "HR-1"})
    path = written(
        tmp_path / "in.ndjson",
        user("ann", externalId="HR-1"),
        user("anna", externalId="HR-1"),
    )

    report = await imported(path, other, on_conflict=policy)
    again = await imported(path, other, on_conflict=policy)

    assert (2, "conflict") in problems(report)
    assert problems(again) == problems(report)
    assert names(other.resources["/Users"]) == ["ann"]


async def test_groups_of_one_name_stay_two(other: IndexPagingProvider, tmp_path: Path) -> None:
    path = written(tmp_path / "in.ndjson", group("g1"), {**group("g2"), "displayName": "g1"})

    report = await imported(path, other)
    again = await imported(path, other)

    assert (report.problems, again.problems) == ([], [])
    assert names(other.resources["/Groups"], "displayName") == ["g1", "g1"]


async def test_what_shifts_between_index_pages_is_noticed_and_read_again(
    other: IndexPagingProvider, tmp_path: Path
) -> None:
    people = [other.add("/Users", {"userName": f"user-{number}"}) for number in range(8)]

    def shift(request: web.Request) -> None:
        if request.query.get("startIndex") == "4" and people[0] in other.resources["/Users"]:
            # All that is behind moves to the front by one: the next page begins one too late.
            other.resources["/Users"].remove(people[0])

    other.before = shift
    path = tmp_path / "all.ndjson"

    users, _ = await exported(other, path)

    assert (users.walks, users.is_complete, users.gone) == (2, True, 1)
    assert names(resources_in(path)) == names(people)


async def test_an_export_goes_on_where_it_was(other: IndexPagingProvider, tmp_path: Path) -> None:
    people = [other.add("/Users", {"userName": f"user-{number}"}) for number in range(8)]
    path = tmp_path / "all.ndjson.gz"

    def refuse(request: web.Request) -> None:
        if request.query.get("startIndex") == "7":
            raise web.HTTPForbidden

    other.before = refuse
    with pytest.raises(ProviderError, match="403"):
        await exported(other, path)
    partial = path.with_name("all.ndjson.gz.partial")
    partial.write_bytes(partial.read_bytes() + b"of a page that was not finished")
    other.before, other.requests = None, []

    users, _ = await exported(other, path)

    assert users.written == 8
    assert names(resources_in(path)) == names(people)
    assert other.requests.count(("GET", "/scim/v2/Users")) == 1
    assert not partial.exists()


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


@asynccontextmanager
async def helio_import(
    path: Path, target: Client | IndexPagingProvider
) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run the real `helio import` in a process of its own."""
    access = access_to(target)
    inherited = dict(os.environ)  # noqa: TID251  handed down
    process = await asyncio.create_subprocess_exec(
        *helio_command("import", str(path), "--to", access.base_uri),
        env={**inherited, "HELIOGRAPH_TO_TOKEN": access.token},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


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
        async with helio_import(path, other) as process:
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

    async with helio_import(path, client) as process:
        await eventually(path.with_name("in.ndjson.journal").exists, seconds=120)
        await eventually(lambda: has_some(client), seconds=60)
        process.send_signal(signal.SIGKILL)
    async with helio_import(path, client) as process:
        output, _ = await process.communicate()

    assert process.returncode == 0, output
    _, people = await client.ask("GET", "/Users?count=0")
    (team,) = await listed(client, "/Groups")
    assert (people["totalResults"], len(team["members"])) == (1200, 1100)


async def has_some(client: Client) -> bool:
    _, page = await client.ask("GET", "/Users?count=0")
    return bool(page["totalResults"])


async def test_a_token_that_is_not_taken_is_told_without_the_token(
    other: IndexPagingProvider,
) -> None:
    async with opened(Access(other.base_uri, "wrong-token")) as client:
        with pytest.raises(ProviderError) as refused:
            await discovered(client)

    assert "401" in str(refused.value)
    assert "wrong-token" not in str(refused.value)
