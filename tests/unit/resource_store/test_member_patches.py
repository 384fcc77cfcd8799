"""Patches that touch only some edges come to the same as patches of the whole group."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resource_store.domain.member_patches import after_steps, named_members, split
from resource_store.domain.members import Member, MemberChanges, changes_between
from scim.messages import GROUP_SCHEMA, PATCH_OP
from scim.patch import parse_patch, patched
from scim.profile import TOLERANT
from scim.registry import standard_registry

_, GROUP = standard_registry().resource_types

ids = st.sampled_from(["a", "b", "c", 'd"\\'])
additions = st.lists(ids, min_size=1).map(
    lambda some: {"op": "add", "path": "members", "value": [{"value": one} for one in some]}
)
removals = st.one_of(
    ids.map(lambda one: MemberChanges(removed=(one,)).operations({})[0]),
    st.lists(ids, min_size=1).map(
        lambda some: {"op": "remove", "path": "members", "value": [{"value": o} for o in some]}
    ),
)
renamings = st.just({"op": "replace", "path": "displayName", "value": "Renamed"})


@given(st.sets(ids), st.lists(st.one_of(additions, removals, renamings), min_size=1, max_size=6))
def test_steps_leave_the_members_that_the_whole_patch_leaves(
    before: set[str], operations: list[dict[str, Any]]
) -> None:
    parsed = _parsed(*operations)
    group = _group(before)

    parts = split(parsed)

    assert parts is not None
    after = patched(GROUP, group, parsed, profile=TOLERANT)
    members = {one: Member(one, None) for one in before}
    assert set(after_steps(parts.steps, members, types={}, endpoints={})) == _ids(after)
    rest = patched(GROUP, group, parts.rest, profile=TOLERANT)
    assert rest["displayName"] == after["displayName"]


@given(st.sets(ids), st.sets(ids))
def test_the_operations_of_a_change_make_it_again(before: set[str], after: set[str]) -> None:
    changes = changes_between(
        {one: Member(one, "User") for one in before},
        {one: Member(one, "User") for one in after},
        complete=True,
    )

    operations = changes.operations(GROUP.endpoints)

    assert bool(operations) is bool(changes) is (before != after)
    if operations:
        again = patched(GROUP, _group(before), _parsed(*operations), profile=TOLERANT)
        assert _ids(again) == after


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "remove", "path": "members"},
        {"op": "replace", "path": "members", "value": [{"value": "a"}]},
        {"op": "remove", "path": 'members[type eq "User"]'},
        {"op": "remove", "path": 'members[value ne "a"]'},
        {"op": "remove", "path": 'members[not (value eq "a")]'},
    ],
    ids=lambda operation: operation["path"],
)
def test_other_operations_must_see_every_member(operation: dict[str, Any]) -> None:
    assert split(_parsed(operation)) is None


def test_the_ids_that_a_patch_names_are_known_before_it_is_carried_out() -> None:
    operations = _parsed(
        {"op": "add", "path": "members", "value": [{"value": "a"}]},
        {"op": "remove", "path": 'members[value eq "b" or not (value eq "c")]'},
        {"op": "replace", "path": "displayName", "value": "d"},
    )

    assert named_members(operations) == {"a", "b", "c"}


def test_a_member_of_unknown_type_is_told_by_its_id_alone() -> None:
    assert Member("a", None).element(GROUP.endpoints) == {"value": "a"}
    assert Member("a", "Group").element(GROUP.endpoints) == {
        "value": "a",
        "$ref": "Groups/a",
        "type": "Group",
    }


def _parsed(*operations: dict[str, Any]) -> Any:
    message = {"schemas": [PATCH_OP], "Operations": list(operations)}
    return parse_patch(message, GROUP, profile=TOLERANT)


def _group(members: set[str]) -> dict[str, Any]:
    elements = [{"value": one} for one in sorted(members)]
    group = {"schemas": [GROUP_SCHEMA], "id": "g", "displayName": "Team"}
    return {**group, "members": elements} if elements else group


def _ids(group: dict[str, Any]) -> set[str]:
    return {element["value"] for element in group.get("members", [])}
