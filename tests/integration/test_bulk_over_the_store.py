"""Bulk requests from HTTP to the database (RFC 7644 section 3.7)."""

import random
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from support.scim_client import Client, scim_client
from support.scim_services import serving_scim

from scim.messages import ENTERPRISE_USER_SCHEMA, GROUP_SCHEMA, PATCH_OP, USER_SCHEMA


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[Client]:
    async with serving_scim(tmp_path / "data") as base_uri, scim_client(base_uri) as client:
        yield client


def user(bulk_id: str, **attributes: Any) -> dict[str, Any]:
    data = {"schemas": [USER_SCHEMA], "userName": bulk_id, **attributes}
    return {"method": "POST", "path": "/Users", "bulkId": bulk_id, "data": data}


def group(bulk_id: str, *members: str) -> dict[str, Any]:
    elements = [{"value": member} for member in members]
    data = {"schemas": [GROUP_SCHEMA], "displayName": bulk_id, "members": elements}
    return {"method": "POST", "path": "/Groups", "bulkId": bulk_id, "data": data}


def patch(path: str, *operations: dict[str, Any]) -> dict[str, Any]:
    data = {"schemas": [PATCH_OP], "Operations": list(operations)}
    return {"method": "PATCH", "path": path, "data": data}


def statuses(results: list[dict[str, Any]]) -> list[str]:
    return [result["status"] for result in results]


def id_of(result: dict[str, Any]) -> str:
    return str(result["location"]).rpartition("/")[2]


async def members(client: Client, group_id: str) -> set[str]:
    _, found = await client.ask("GET", f"/Groups/{group_id}")
    return {member["value"] for member in found.get("members", ())}


async def test_a_thousand_people_and_their_group_are_created_by_one_request(
    client: Client,
) -> None:
    names = [f"user-{number}" for number in range(999)]
    everybody = group("everybody", *(f"bulkId:{name}" for name in names))

    results = await client.bulk(everybody, *map(user, names))

    assert statuses(results) == ["201"] * 1000
    assert await members(client, id_of(results[0])) == {id_of(person) for person in results[1:]}


async def test_a_result_names_the_resource_as_a_request_of_its_own_would(client: Client) -> None:
    (created,) = await client.bulk(user("ann"))
    path = f"/Users/{id_of(created)}"
    _, ann = await client.ask("GET", path)

    replacing = {"schemas": [USER_SCHEMA], "userName": "anna"}
    replaced, patched, deleted = await client.bulk(
        {"method": "PUT", "path": path, "data": replacing, "version": created["version"]},
        patch(path, {"op": "add", "path": "title", "value": "Dr"}),
        {"method": "DELETE", "path": path},
    )

    location = ann["meta"]["location"]
    assert created == {
        "method": "POST",
        "bulkId": "ann",
        "location": location,
        "version": ann["meta"]["version"],
        "status": "201",
    }
    assert statuses([replaced, patched, deleted]) == ["200", "200", "204"]
    assert [each["location"] for each in (replaced, patched, deleted)] == [location] * 3
    assert len({created["version"], replaced["version"], patched["version"]}) == 3
    assert "version" not in deleted


async def test_groups_that_are_members_of_each_other_are_created(client: Client) -> None:
    first, second = await client.bulk(group("a", "bulkId:b"), group("b", "bulkId:a"))

    assert statuses([first, second]) == ["201", "201"]
    assert await members(client, id_of(first)) == {id_of(second)}
    assert await members(client, id_of(second)) == {id_of(first)}


async def test_a_result_of_a_circle_has_the_version_that_the_resource_has_in_the_end(
    client: Client,
) -> None:
    results = await client.bulk(group("a", "bulkId:b"), group("b", "bulkId:a"))

    for result in results:
        _, found = await client.ask("GET", f"/Groups/{id_of(result)}")
        assert found["meta"]["version"] == result["version"]


async def test_people_who_manage_each_other_are_created(client: Client) -> None:
    def managed(name: str, manager: str) -> dict[str, Any]:
        extension = {"department": "R&D", "manager": {"value": f"bulkId:{manager}"}}
        schemas = [USER_SCHEMA, ENTERPRISE_USER_SCHEMA]
        return user(name, schemas=schemas, **{ENTERPRISE_USER_SCHEMA: extension})

    results = await client.bulk(managed("ann", "bob"), managed("bob", "ann"))

    assert statuses(results) == ["201", "201"]
    for one, other in (results, reversed(results)):
        _, found = await client.ask("GET", f"/Users/{id_of(one)}")
        extension = found[ENTERPRISE_USER_SCHEMA]
        assert extension["manager"]["value"] == id_of(other)
        assert extension["department"] == "R&D"


async def test_of_a_circle_that_cannot_close_nothing_remains(client: Client) -> None:
    await client.bulk(user("ann"))

    # The group needs Ann, who needs the group, and her name is taken.
    ann = user("ann", externalId="bulkId:team")
    results = await client.bulk(ann, group("team", "bulkId:ann"), group("other"))

    _, found = await client.ask("GET", "/Groups")
    assert statuses(results) == ["409", "400", "201"]
    assert [each["displayName"] for each in found["Resources"]] == ["other"]


async def test_a_group_cannot_be_created_as_a_member_of_itself(client: Client) -> None:
    (result,) = await client.bulk(group("team", "bulkId:team"))

    _, found = await client.ask("GET", "/Groups")
    assert (result["status"], result["response"]["scimType"]) == ("400", "invalidValue")
    assert "location" not in result
    assert found["totalResults"] == 0


async def test_a_path_and_a_filter_may_refer_to_what_is_created(client: Client) -> None:
    leaving = {"op": "remove", "path": 'members[value eq "bulkId:ann"]'}

    team, *_ = await client.bulk(
        group("team", "bulkId:ann", "bulkId:bob"),
        patch("/Groups/bulkId:team", leaving),
        user("ann"),
        bob := user("bob"),
    )

    _, found = await client.ask("GET", f'/Users?filter=userName eq "{bob["bulkId"]}"')
    assert await members(client, id_of(team)) == {found["Resources"][0]["id"]}


async def test_a_reference_to_nothing_fails_its_operation_alone(client: Client) -> None:
    team, ann, gone = await client.bulk(
        group("team", "bulkId:nobody"),
        user("ann"),
        {"method": "DELETE", "path": "/Users/bulkId:nobody"},
    )

    assert statuses([team, ann, gone]) == ["400", "201", "400"]
    assert team["response"]["scimType"] == "invalidValue"
    assert "location" not in gone


async def test_what_refers_to_a_failed_operation_fails_too(client: Client) -> None:
    results = await client.bulk(
        user("ann", name=7), group("team", "bulkId:ann"), group("all", "bulkId:team")
    )

    assert statuses(results) == ["400", "400", "400"]


async def test_operations_on_one_resource_keep_their_order(client: Client) -> None:
    titles = [{"op": "replace", "path": "title", "value": str(number)} for number in range(100)]

    results = await client.bulk(
        *(patch("/Users/bulkId:ann", title) for title in titles), user("ann")
    )

    _, found = await client.ask("GET", f"/Users/{id_of(results[-1])}")
    assert found["title"] == "99"


async def test_a_name_is_free_for_what_comes_after_its_release(client: Client) -> None:
    (created,) = await client.bulk(user("ann"))
    path = f"/Users/{id_of(created)}"

    results = await client.bulk(
        user("boss"),
        user("too-early", userName="ann", title="bulkId:boss"),
        patch(path, {"op": "replace", "path": "userName", "value": "anna"}),
        user("in-time", userName="Ann"),
        {"method": "DELETE", "path": path},
        user("after", userName="anna"),
    )

    assert statuses(results) == ["201", "409", "200", "201", "204", "201"]


async def test_of_two_that_want_one_name_the_first_has_it(client: Client) -> None:
    first, boss, second = await client.bulk(
        user("first", userName="ann", title="bulkId:boss"),
        user("boss"),
        user("second", userName="ANN"),
    )

    assert statuses([first, boss, second]) == ["201", "201", "409"]


async def test_after_so_many_errors_the_rest_is_not_processed(client: Client) -> None:
    bad = [user(f"bad-{number}", name=7) for number in range(3)]
    good = [user(f"good-{number}") for number in range(4)]

    results = await client.bulk(
        good[0], bad[0], good[1], bad[1], good[2], bad[2], good[3], failOnErrors=2
    )

    _, found = await client.ask("GET", "/Users")
    assert statuses(results) == ["201", "400", "201", "400"]
    assert {each["userName"] for each in found["Resources"]} == {"good-0", "good-1"}


async def test_a_circle_that_is_begun_when_the_errors_are_too_many_leaves_no_half(
    client: Client,
) -> None:
    a, b = group("a", "bulkId:b"), group("b", "bulkId:a")
    b["data"]["displayName"] = 7

    results = await client.bulk(a, b, group("c"), failOnErrors=1)

    _, found = await client.ask("GET", "/Groups")
    assert found["totalResults"] == 0
    assert statuses(results)[-1] == "400"
    assert "c" not in [result["bulkId"] for result in results]


async def test_a_stale_version_fails_its_operation(client: Client) -> None:
    (created,) = await client.bulk(user("ann"))
    path = f"/Users/{id_of(created)}"
    await client.bulk(patch(path, {"op": "add", "path": "title", "value": "Dr"}))

    (stale,) = await client.bulk({"method": "DELETE", "path": path, "version": created["version"]})

    assert (stale["status"], stale["location"]) == ("412", created["location"])


@pytest.mark.parametrize("seed", range(6))
async def test_any_order_of_the_operations_makes_the_same_resources(
    client: Client, seed: int
) -> None:
    managed = {ENTERPRISE_USER_SCHEMA: {"manager": {"value": "bulkId:boss"}}}
    extended = {"schemas": [USER_SCHEMA, ENTERPRISE_USER_SCHEMA], **managed}
    operations = [
        user("boss"),
        user("ann", **extended),
        user("bob", **extended),
        group("team", "bulkId:ann"),
        group("house", "bulkId:team", "bulkId:boss"),
        patch("/Groups/bulkId:team", {"op": "add", "path": "members", "value": BOB}),
        patch("/Users/bulkId:ann", {"op": "add", "path": "title", "value": "Dr"}),
    ]
    random.Random(seed).shuffle(operations)  # noqa: S311 a test

    results = await client.bulk(*operations)

    assert sorted(statuses(results)) == ["200", "200", *["201"] * 5]
    names = {id_of(each): each["bulkId"] for each in results if each["method"] == "POST"}
    found = [(await client.ask("GET", f"/{path}"))[1] for path in map(path_of, results)]
    assert {each["id"]: told(each, names) for each in found} == {
        id_of_name: TOLD[name] for id_of_name, name in names.items()
    }


BOB = [{"value": "bulkId:bob"}]
TOLD: dict[str, dict[str, Any]] = {
    "boss": {"manager": None, "title": None, "members": set(), "groups": {"house"}},
    "ann": {"manager": "boss", "title": "Dr", "members": set(), "groups": {"team", "house"}},
    "bob": {"manager": "boss", "title": None, "members": set(), "groups": {"team", "house"}},
    "team": {"manager": None, "title": None, "members": {"ann", "bob"}, "groups": set()},
    "house": {"manager": None, "title": None, "members": {"team", "boss"}, "groups": set()},
}


def path_of(result: dict[str, Any]) -> str:
    """Return the path of the resource below the base URI."""
    return "/".join(str(result["location"]).split("/")[-2:])


def told(resource: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    """Return what the request said of a resource, by the bulkIds of those that it names."""
    manager = resource.get(ENTERPRISE_USER_SCHEMA, {}).get("manager", {}).get("value")
    return {
        "manager": names.get(manager),
        "title": resource.get("title"),
        "members": {names[each["value"]] for each in resource.get("members", ())},
        "groups": {names[each["value"]] for each in resource.get("groups", ())},
    }
