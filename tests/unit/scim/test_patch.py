from copy import deepcopy
from typing import Any

import pytest
from support.scim_resources import (
    GROUP,
    USER,
    after_patch,
    enterprise,
    group,
    patch_message,
    user,
)

from scim.errors import (
    MutabilityError,
    NoTargetError,
)
from scim.messages import ENTERPRISE_USER_SCHEMA, PATCH_OP, USER_SCHEMA
from scim.patch import Op, parse_patch
from scim.profile import STRICT, TOLERANT

_WORK = {"value": "w@x", "type": "work"}
_HOME = {"value": "h@x", "type": "home"}


@pytest.mark.parametrize(
    ("before", "operation", "after"),
    [
        pytest.param({}, {"path": "title", "value": "A"}, {"title": "A"}, id="to nothing"),
        pytest.param({"title": "A"}, {"path": "title", "value": "B"}, {"title": "B"}, id="a value"),
        pytest.param(
            {"name": {"givenName": "A"}},
            {"path": "name", "value": {"familyName": "B"}},
            {"name": {"givenName": "A", "familyName": "B"}},
            id="a part of a complex value",
        ),
        pytest.param(
            {}, {"path": "name.givenName", "value": "A"}, {"name": {"givenName": "A"}}, id="a sub"
        ),
        pytest.param(
            {"emails": [_WORK]},
            {"path": "emails", "value": [_HOME]},
            {"emails": [_WORK, _HOME]},
            id="an element",
        ),
        pytest.param(
            {"emails": [_WORK]},
            {"path": "emails", "value": _HOME},
            {"emails": [_WORK, _HOME]},
            id="an element without an array",
        ),
        pytest.param(
            {"emails": [_WORK]},
            {"path": "emails", "value": [{"value": "W@X"}]},
            {"emails": [_WORK]},
            id="an element that is there already",
        ),
        pytest.param(
            {"emails": [_WORK]}, {"path": "emails", "value": []}, {"emails": [_WORK]}, id="nothing"
        ),
        pytest.param(
            {"emails": [_WORK, _HOME]},
            {"path": "emails.display", "value": "D"},
            {"emails": [_WORK | {"display": "D"}, _HOME | {"display": "D"}]},
            id="a sub of every element",
        ),
        pytest.param(
            {}, {"path": "emails.value", "value": "w"}, {"emails": [{"value": "w"}]}, id="a first"
        ),
        pytest.param(
            {"emails": [_WORK, _HOME]},
            {"path": 'emails[type eq "home"]', "value": {"display": "D"}},
            {"emails": [_WORK, _HOME | {"display": "D"}]},
            id="a part of a selected element",
        ),
        pytest.param(
            {"emails": [_WORK, _HOME]},
            {"path": 'emails[type eq "home"].value', "value": "new"},
            {"emails": [_WORK, _HOME | {"value": "new"}]},
            id="a sub of a selected element",
        ),
        pytest.param(
            {"title": "A"},
            {"value": {"title": "B", "emails": [_WORK], "name": {"givenName": "G"}}},
            {"title": "B", "emails": [_WORK], "name": {"givenName": "G"}},
            id="several attributes",
        ),
        pytest.param({"title": "A"}, {"path": "title", "value": None}, {}, id="null"),
    ],
)
def test_add(before: dict[str, Any], operation: dict[str, Any], after: dict[str, Any]) -> None:
    result = after_patch(USER, user(**before), {"op": "add"} | operation, profile=STRICT)

    assert result == user(**after)


@pytest.mark.parametrize(
    ("before", "path", "after"),
    [
        pytest.param({"title": "A"}, "title", {}, id="a value"),
        pytest.param({}, "title", {}, id="what is not there"),
        pytest.param({"name": {"givenName": "A"}}, "name", {}, id="a complex value"),
        pytest.param(
            {"name": {"givenName": "A", "familyName": "B"}},
            "name.givenName",
            {"name": {"familyName": "B"}},
            id="a sub",
        ),
        pytest.param({"name": {"givenName": "A"}}, "name.givenName", {}, id="the last sub"),
        pytest.param({"emails": [_WORK, _HOME]}, "emails", {}, id="all elements"),
        pytest.param(
            {"emails": [_WORK, _HOME]}, 'emails[type eq "work"]', {"emails": [_HOME]}, id="one"
        ),
        pytest.param({"emails": [_WORK]}, 'emails[value co "@"]', {}, id="the last element"),
        pytest.param(
            {"emails": [_WORK]}, 'emails[type eq "x"]', {"emails": [_WORK]}, id="no element"
        ),
        pytest.param(
            {"emails": [_WORK, {"type": "home"}]},
            'emails[type eq "home"].type',
            {"emails": [_WORK]},
            id="all that an element has",
        ),
        pytest.param(
            {"emails": [_WORK, _HOME]},
            "emails.type",
            {"emails": [{"value": "w@x"}, {"value": "h@x"}]},
            id="a sub of every element",
        ),
        pytest.param(
            enterprise(department="D", manager={"value": "1"}),
            f"{ENTERPRISE_USER_SCHEMA}:department",
            enterprise(manager={"value": "1"}),
            id="an attribute of an extension",
        ),
        pytest.param(enterprise(department="D"), ENTERPRISE_USER_SCHEMA, {}, id="an extension"),
        pytest.param(
            enterprise(manager={"value": "1", "displayName": "J"}),
            f"{ENTERPRISE_USER_SCHEMA}:manager.value",
            {},
            id="what the rest was derived from",
        ),
    ],
)
def test_remove(before: dict[str, Any], path: str, after: dict[str, Any]) -> None:
    result = after_patch(USER, user(**before), {"op": "remove", "path": path}, profile=STRICT)

    assert result == user(**after)


@pytest.mark.parametrize(
    ("before", "operation", "after"),
    [
        pytest.param({"title": "A"}, {"path": "title", "value": "B"}, {"title": "B"}, id="a value"),
        pytest.param({}, {"path": "title", "value": "B"}, {"title": "B"}, id="nothing"),
        pytest.param({"title": "A"}, {"path": "title", "value": None}, {}, id="by null"),
        pytest.param(
            {"name": {"givenName": "A", "familyName": "B"}},
            {"path": "name", "value": {"givenName": "C", "familyName": None}},
            {"name": {"givenName": "C"}},
            id="parts of a complex value",
        ),
        pytest.param(
            {"emails": [_WORK]},
            {"path": "emails", "value": [_HOME]},
            {"emails": [_HOME]},
            id="all elements",
        ),
        pytest.param({"emails": [_WORK]}, {"path": "emails", "value": []}, {}, id="by none"),
        pytest.param(
            {"emails": [_WORK, _HOME]},
            {"path": 'emails[type eq "home"]', "value": {"value": "new"}},
            {"emails": [_WORK, {"value": "new"}]},
            id="an element",
        ),
        pytest.param(
            {"emails": [_WORK, _HOME]},
            {"path": 'emails[value co "@x"].type', "value": "other"},
            {"emails": [_WORK | {"type": "other"}, _HOME | {"type": "other"}]},
            id="a sub of all that match",
        ),
        pytest.param(
            {"emails": [_WORK], "title": "A", "name": {"givenName": "G"}},
            {"value": {"emails": [_HOME], "name": {"familyName": "F"}}},
            {"emails": [_HOME], "title": "A", "name": {"givenName": "G", "familyName": "F"}},
            id="several attributes",
        ),
        pytest.param(
            enterprise(department="D", division="V"),
            {"path": ENTERPRISE_USER_SCHEMA, "value": {"department": "E"}},
            enterprise(department="E", division="V"),
            id="a part of an extension",
        ),
        pytest.param(
            enterprise(manager={"value": "1", "displayName": "J"}),
            {"path": f"{ENTERPRISE_USER_SCHEMA}:manager.value", "value": "2"},
            enterprise(manager={"value": "2"}),
            id="what something was derived from",
        ),
    ],
)
def test_replace(before: dict[str, Any], operation: dict[str, Any], after: dict[str, Any]) -> None:
    result = after_patch(USER, user(**before), {"op": "replace"} | operation, profile=STRICT)

    assert result == user(**after)


def test_each_operation_sees_what_the_last_one_left() -> None:
    result = after_patch(
        USER,
        user(),
        {"op": "add", "path": "emails", "value": [_WORK]},
        {"op": "replace", "path": 'emails[type eq "work"].type', "value": "home"},
        {"op": "add", "path": 'emails[type eq "home"].display', "value": "D"},
    )

    assert result == user(emails=[{"value": "w@x", "type": "home", "display": "D"}])


def test_a_failing_operation_leaves_the_resource_as_it_was() -> None:
    current = user(emails=[_WORK], **enterprise(department="D"))
    untouched = deepcopy(current)

    with pytest.raises(NoTargetError):
        after_patch(
            USER,
            current,
            {"op": "remove", "path": "emails"},
            {"op": "remove", "path": ENTERPRISE_USER_SCHEMA},
            {"op": "replace", "path": 'emails[type eq "work"].value', "value": "x"},
            profile=STRICT,
        )

    assert current == untouched


@pytest.mark.parametrize(
    "operation",
    [
        pytest.param({"path": "emails", "value": [_HOME | {"primary": True}]}, id="a new element"),
        pytest.param({"path": 'emails[type eq "home"].primary', "value": True}, id="another one"),
    ],
)
def test_the_new_primary_element_is_the_only_one(operation: dict[str, Any]) -> None:
    current = user(emails=[_WORK | {"primary": True}, _HOME])

    result = after_patch(USER, current, {"op": "add"} | operation)

    primary = [email["type"] for email in result["emails"] if email.get("primary")]
    assert primary == ["home"]


def test_an_extension_is_listed_in_schemas_as_long_as_it_has_data() -> None:
    given = after_patch(
        USER, user(), {"op": "add", "path": f"{ENTERPRISE_USER_SCHEMA}:division", "value": "V"}
    )
    taken = after_patch(USER, given, {"op": "remove", "path": f"{ENTERPRISE_USER_SCHEMA}:division"})

    assert given["schemas"] == [USER_SCHEMA, ENTERPRISE_USER_SCHEMA]
    assert taken == user()


@pytest.mark.parametrize(
    "operation",
    [
        pytest.param(
            {"op": "replace", "path": 'members[value eq "1"].value', "value": "2"}, id="replaced"
        ),
        pytest.param(
            {"op": "replace", "path": 'members[value eq "1"]', "value": {"value": "2"}},
            id="replaced in its element",
        ),
        pytest.param(
            {"op": "add", "path": 'members[value eq "1"].type', "value": "Group"}, id="added to"
        ),
        pytest.param({"op": "remove", "path": 'members[value eq "1"].type'}, id="removed"),
        pytest.param({"op": "remove", "path": "members.value"}, id="removed everywhere"),
    ],
)
def test_an_immutable_sub_attribute_keeps_its_value(operation: dict[str, Any]) -> None:
    with pytest.raises(MutabilityError):
        after_patch(GROUP, group({"value": "1", "type": "User"}), operation)


def test_a_member_is_known_by_its_value() -> None:
    current = group({"value": "1", "type": "User"})

    result = after_patch(
        GROUP, current, {"op": "add", "path": "members", "value": [{"value": "1"}, {"value": "2"}]}
    )

    assert result == group({"value": "1", "type": "User"}, {"value": "2"})


def test_what_the_service_provider_sets_is_passed_over_in_a_value_without_path() -> None:
    value = {
        "id": "other",
        "meta": {"version": "x"},
        "schemas": ["urn:x"],
        "groups": [{"value": "1"}],
        "title": "A",
    }

    result = after_patch(USER, user(), {"op": "replace", "value": value}, profile=STRICT)

    assert result == user(title="A")


def test_members_of_the_message_are_found_in_any_case() -> None:
    body = {"schemas": [PATCH_OP], "operations": [{"OP": "Add", "Path": "TITLE", "Value": "A"}]}

    (operation,) = parse_patch(body, USER, profile=TOLERANT)

    assert (operation.op, str(operation.path.attribute_path), operation.value) == (
        Op.ADD,
        "title",
        "A",
    )


def test_a_value_without_path_becomes_an_operation_for_each_attribute() -> None:
    value = {"title": "A", ENTERPRISE_USER_SCHEMA: {"division": "V"}}

    operations = parse_patch(patch_message({"op": "add", "value": value}), USER, profile=STRICT)

    paths = [str(operation.path.attribute_path) for operation in operations]
    assert paths == ["title", f"{ENTERPRISE_USER_SCHEMA}:division"]
