"""What a storage makes of memberships (RFC 7643 sections 4.1.2 and 4.2)."""

import json
from typing import Any

import pytest
from support.store_driver import StoreDriver, creation, patching, replacement

from resource_store.domain.changes import Change
from resource_store.domain.errors import TooLargeError
from resource_store.domain.resources import Resource
from scim.errors import InvalidFilterError, InvalidValueError


async def test_a_group_shows_its_members_and_they_show_the_group(store: StoreDriver) -> None:
    ada = await store.user("ada", displayName="Ada Lovelace")

    team = await store.group("Team", ada)

    assert (await store.read(team))["members"] == [
        {
            "value": ada.ref.id,
            "$ref": f"Users/{ada.ref.id}",
            "type": "User",
            "display": "Ada Lovelace",
        }
    ]
    assert (await store.read(ada))["groups"] == [
        {
            "value": team.ref.id,
            "$ref": f"Groups/{team.ref.id}",
            "display": "Team",
            "type": "direct",
        }
    ]


async def test_a_member_without_a_display_name_is_shown_as_it_was_given(store: StoreDriver) -> None:
    ada = await store.user("ada")

    team = await store.group("Team", ada)

    assert (await store.read(team))["members"] == [_element(ada)]


async def test_members_of_a_nested_group_are_indirectly_in_the_outer_one(
    store: StoreDriver,
) -> None:
    ada = await store.user("ada")
    inner = await store.group("Inner", ada)

    outer = await store.group("Outer", inner)

    kinds = {group["value"]: group["type"] for group in (await store.read(ada))["groups"]}
    assert kinds == {inner.ref.id: "direct", outer.ref.id: "indirect"}


async def test_groups_that_contain_each_other_can_be_read(store: StoreDriver) -> None:
    ada = await store.user("ada")
    first = await store.group("First", ada)
    second = await store.group("Second", first)

    await store.patch(first, _add(second))

    kinds = {group["display"]: group["type"] for group in (await store.read(ada))["groups"]}
    assert kinds == {"First": "direct", "Second": "indirect"}
    assert await store.found(f'groups.value eq "{second.ref.id}"', "User") == [ada.ref.id]


async def test_a_group_cannot_be_its_own_member(store: StoreDriver) -> None:
    team = await store.group("Team")

    result = await store.written(patching(team.ref, _add(team)))

    assert isinstance(result, InvalidValueError)
    assert result.attribute_path == "members.value"


async def test_a_member_must_exist(store: StoreDriver) -> None:
    team = await store.group("Team")
    stranger = {"op": "add", "path": "members", "value": [{"value": "stranger"}]}
    body = {"displayName": "Team", "members": [{"value": "stranger"}]}

    results = await store.write_all(
        [patching(team.ref, stranger), replacement(team.ref, body), creation("Group", body)]
    )

    assert [type(result) for result in results] == [InvalidValueError] * 3
    assert {result.attribute_path for result in results} == {"members.value"}


@pytest.mark.parametrize(
    "removal",
    [
        pytest.param(
            lambda ada: {"op": "remove", "path": f'members[value eq "{ada}"]'}, id="by a filter"
        ),
        pytest.param(
            lambda ada: {"op": "remove", "path": "members", "value": [{"value": ada}]},
            id="by a list of values",
        ),
        pytest.param(
            lambda ada: {
                "op": "remove",
                "path": f'members[type eq "User" and value eq "{ada}"]',
            },
            id="by a filter that must see every member",
        ),
    ],
)
async def test_removing_a_member_leaves_the_others(store: StoreDriver, removal: Any) -> None:
    ada, grace = await store.user("ada"), await store.user("grace")
    team = await store.group("Team", ada, grace)
    end = await store.end()

    await store.patch(team, removal(ada.ref.id))

    assert await _member_ids(store, team) == [grace.ref.id]
    assert "groups" not in await store.read(ada)
    (change,) = await store.changes(end)
    assert _operations(change) == [{"op": "remove", "path": f'members[value eq "{ada.ref.id}"]'}]
    assert change.attributes == ("members",)


async def test_adding_members_tells_only_of_the_new_ones(store: StoreDriver) -> None:
    ada, grace = await store.user("ada"), await store.user("grace")
    team = await store.group("Team", ada)
    end = await store.end()

    await store.patch(team, _add(ada, grace))

    (change,) = await store.changes(end)
    assert _operations(change) == [{"op": "add", "path": "members", "value": [_element(grace)]}]


async def test_one_patch_may_rename_and_exchange_members(store: StoreDriver) -> None:
    ada, grace = await store.user("ada"), await store.user("grace")
    team = await store.group("Team", ada)

    await store.patch(
        team,
        _add(grace),
        {"op": "replace", "value": {"displayName": "Crew"}},
        {"op": "remove", "path": f'members[value eq "{ada.ref.id}"]'},
    )

    assert await _member_ids(store, team) == [grace.ref.id]
    assert (await store.read(team))["displayName"] == "Crew"


async def test_adding_who_is_there_and_removing_who_is_not_is_no_change(
    store: StoreDriver,
) -> None:
    ada, grace = await store.user("ada"), await store.user("grace")
    team = await store.group("Team", ada)

    patched = await store.patch(
        team, _add(ada), {"op": "remove", "path": f'members[value eq "{grace.ref.id}"]'}
    )

    assert patched == team


async def test_replacing_members_removes_who_is_not_named(store: StoreDriver) -> None:
    ada, grace, joan = [await store.user(name) for name in ("ada", "grace", "joan")]
    team = await store.group("Team", ada, grace)

    await store.patch(
        team,
        {"op": "replace", "path": "members", "value": [{"value": m.ref.id} for m in (grace, joan)]},
    )

    assert await _member_ids(store, team) == [grace.ref.id, joan.ref.id]


async def test_removing_members_without_saying_which_removes_all(store: StoreDriver) -> None:
    ada, grace = await store.user("ada"), await store.user("grace")
    team = await store.group("Team", ada, grace)
    end = await store.end()

    await store.patch(team, {"op": "remove", "path": "members"})

    (change,) = await store.changes(end)
    assert _operations(change) == [{"op": "remove", "path": "members"}]
    assert "members" not in await store.read(team)


async def test_a_group_put_back_as_it_was_shown_is_no_change(store: StoreDriver) -> None:
    ada = await store.user("ada", displayName="Ada")
    team = await store.group("Team", ada)
    body = await store.read(team)
    body["members"][0]["$ref"] = "https://example.com/scim/v2/" + body["members"][0]["$ref"]

    replaced = await store.replace(team, body)

    assert replaced == team


async def test_a_replaced_group_tells_its_whole_representation(store: StoreDriver) -> None:
    ada = await store.user("ada")
    team = await store.group("Team", ada)
    end = await store.end()

    await store.replace(team, {"displayName": "Crew", "members": [{"value": ada.ref.id}]})

    (change,) = await store.changes(end)
    data = json.loads(change.data)
    assert (data["displayName"], data["members"]) == ("Crew", [_element(ada)])
    assert change.attributes == ("displayName",)


async def test_a_deleted_resource_leaves_all_groups_without_a_change_of_theirs(
    store: StoreDriver,
) -> None:
    ada, grace = await store.user("ada"), await store.user("grace")
    team = await store.group("Team", ada, grace)
    end = await store.end()

    await store.delete(ada)

    assert await _member_ids(store, team) == [grace.ref.id]
    assert [change.ref for change in await store.changes(end)] == [ada.ref]


async def test_a_deleted_group_is_shown_by_none_of_its_members(store: StoreDriver) -> None:
    ada = await store.user("ada")
    team = await store.group("Team", ada)

    await store.delete(team)

    assert "groups" not in await store.read(ada)


async def test_a_request_may_change_ten_thousand_members_and_no_more(store: StoreDriver) -> None:
    team = await store.group("Team")
    many = [{"value": f"member-{number}"} for number in range(10_001)]

    result = await store.written(
        patching(team.ref, {"op": "add", "path": "members", "value": many})
    )

    assert isinstance(result, TooLargeError)


@pytest.mark.parametrize("name", ["display", "$ref"])
async def test_members_are_not_selected_by_what_is_derived(store: StoreDriver, name: str) -> None:
    ada = await store.user("ada", displayName="Ada")
    team = await store.group("Team", ada)
    end = await store.end()

    result = await store.written(
        patching(team.ref, {"op": "remove", "path": f'members[{name} eq "Ada"]'})
    )

    assert isinstance(result, InvalidFilterError)
    assert result.attribute_path == f"members.{name}"
    assert await store.changes(end) == []


async def test_a_patch_that_would_keep_others_waiting_is_refused(store: StoreDriver) -> None:
    ada = await store.user("ada")
    operations = [{"op": "replace", "path": "title", "value": "x"}] * 10_001

    result = await store.written(patching(ada.ref, *operations))

    assert isinstance(result, TooLargeError)


def _add(*members: Resource) -> dict[str, Any]:
    return {"op": "add", "path": "members", "value": [{"value": m.ref.id} for m in members]}


def _element(member: Resource) -> dict[str, str]:
    return {"value": member.ref.id, "$ref": f"Users/{member.ref.id}", "type": "User"}


def _operations(change: Change) -> list[dict[str, Any]]:
    operations: list[dict[str, Any]] = json.loads(change.data)["Operations"]
    return operations


async def _member_ids(store: StoreDriver, group: Resource) -> list[str]:
    return [member["value"] for member in (await store.read(group))["members"]]
