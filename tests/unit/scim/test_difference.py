from typing import Any

import pytest
from hypothesis import given
from support.scim_resources import GROUP, USER, after_patch, enterprise, group, groups, user, users

from scim.difference import changed_attributes, effective_operations
from scim.messages import ENTERPRISE_USER_SCHEMA
from scim.profile import STRICT, TOLERANT


def _without_password(resource: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in resource.items() if name != "password"}


@given(users, users)
def test_the_operations_between_two_users_make_the_one_of_the_other(
    before: dict[str, Any], after: dict[str, Any]
) -> None:
    operations = effective_operations(USER, before, after)

    for profile in (STRICT, TOLERANT):
        result = after_patch(USER, before, *operations, profile=profile) if operations else before
        assert _without_password(result) == _without_password(after)


@given(groups, groups)
def test_the_operations_between_two_groups_make_the_one_of_the_other(
    before: dict[str, Any], after: dict[str, Any]
) -> None:
    operations = effective_operations(GROUP, before, after)

    assert (after_patch(GROUP, before, *operations) if operations else before) == after


@given(users)
def test_nothing_changed_is_no_operation_and_no_path(resource: dict[str, Any]) -> None:
    assert effective_operations(USER, resource, dict(resource)) == []
    assert changed_attributes(USER, resource, dict(resource)) == []


@given(users, users)
def test_no_operation_tells_a_password(before: dict[str, Any], after: dict[str, Any]) -> None:
    paths = [operation["path"] for operation in effective_operations(USER, before, after)]

    assert "password" not in paths


def test_a_simple_attribute_is_added_replaced_and_removed() -> None:
    before = user(title="Guide", nickName="Babs")
    after = user(title="Vice President", displayName="Babs Jensen")

    assert effective_operations(USER, before, after) == [
        {"op": "add", "path": "displayName", "value": "Babs Jensen"},
        {"op": "remove", "path": "nickName"},
        {"op": "replace", "path": "title", "value": "Vice President"},
    ]


def test_a_complex_attribute_changes_by_its_sub_attributes() -> None:
    before = user(name={"givenName": "Barbara", "middleName": "Jane"})
    after = user(name={"givenName": "Babs", "familyName": "Jensen"})

    assert effective_operations(USER, before, after) == [
        {"op": "add", "path": "name.familyName", "value": "Jensen"},
        {"op": "replace", "path": "name.givenName", "value": "Babs"},
        {"op": "remove", "path": "name.middleName"},
    ]


def test_an_extension_attribute_is_named_with_its_schema() -> None:
    before = user(**enterprise(department="Tours", manager={"value": "1"}))
    after = user(**enterprise(manager={"value": "2"}))

    assert effective_operations(USER, before, after) == [
        {"op": "remove", "path": f"{ENTERPRISE_USER_SCHEMA}:department"},
        {"op": "replace", "path": f"{ENTERPRISE_USER_SCHEMA}:manager.value", "value": "2"},
    ]


def test_members_come_by_one_addition_and_go_by_their_values() -> None:
    before = group({"value": "a"}, {"value": "b"}, {"value": "c"})
    after = group({"value": "b"}, {"value": "d"}, {"value": "e", "type": "User"})

    assert effective_operations(GROUP, before, after) == [
        {"op": "remove", "path": 'members[value eq "a"]'},
        {"op": "remove", "path": 'members[value eq "c"]'},
        {"op": "add", "path": "members", "value": [{"value": "d"}, {"value": "e", "type": "User"}]},
    ]


def test_the_last_members_go_by_one_removal() -> None:
    before = group({"value": "a"}, {"value": "b"})

    assert effective_operations(GROUP, before, group()) == [{"op": "remove", "path": "members"}]


def test_an_element_that_becomes_primary_takes_that_from_the_other() -> None:
    before = user(emails=[{"value": "a@x", "primary": True}])
    after = user(emails=[{"value": "a@x", "primary": False}, {"value": "b@x", "primary": True}])

    assert effective_operations(USER, before, after) == [
        {"op": "add", "path": "emails", "value": [{"value": "b@x", "primary": True}]}
    ]


@pytest.mark.parametrize(
    "after",
    [
        pytest.param([{"value": "b"}, {"value": "a"}], id="another order"),
        pytest.param([{"value": "a"}, {"value": "A"}], id="values that differ in case only"),
        pytest.param([{"value": "c"}], id="no element in common"),
        pytest.param([{"value": "a"}, {"display": "no value"}], id="an element without a value"),
        pytest.param([{"value": "a" * 1001}, {"value": "b"}], id="a value too long for a filter"),
    ],
)
def test_what_removal_and_addition_cannot_say_is_a_replacement(after: list[dict[str, Any]]) -> None:
    before = user(emails=[{"value": "a"}, {"value": "b"}])

    assert effective_operations(USER, before, user(emails=after)) == [
        {"op": "replace", "path": "emails", "value": after}
    ]


def test_what_the_service_provider_derives_is_no_change() -> None:
    before = user(groups=[{"value": "g1"}], **enterprise(manager={"value": "1"}))
    after = user(**enterprise(manager={"value": "1", "displayName": "John"}))

    assert effective_operations(USER, before, after) == []
    assert changed_attributes(USER, before, after) == []


def test_paths_name_a_password_and_the_parts_of_a_complex_value() -> None:
    before = user(password="old", name={"givenName": "B"}, emails=[{"value": "a"}])
    after = user(
        password="new",
        name={"givenName": "Babs"},
        emails=[{"value": "b"}],
        **enterprise(manager={"value": "1"}),
    )

    assert changed_attributes(USER, before, after) == [
        "name.givenName",
        "password",
        "emails",
        f"{ENTERPRISE_USER_SCHEMA}:manager",
    ]


def test_the_paths_of_a_new_resource_begin_with_its_id() -> None:
    after = user(externalId="701984", name={"givenName": "Barbara"})

    assert changed_attributes(USER, {}, after) == ["id", "externalId", "userName", "name"]
