"""`helio import`: into Heliograph itself, and into a service provider that has no bulk."""

from pathlib import Path

import pytest
from support.index_paging_provider import IndexPagingProvider
from support.migrations import (
    exported,
    group,
    imported,
    listed,
    members,
    names,
    problems,
    user,
    written,
)
from support.scim_client import Client

from helio.migration.journal import State
from helio.migration.planning import OnConflict
from scim.messages import ENTERPRISE_USER_SCHEMA, USER_SCHEMA


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
