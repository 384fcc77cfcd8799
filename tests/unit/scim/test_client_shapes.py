"""What Entra ID and Okta send, by their documentation and their habits."""

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

from scim.errors import ScimError
from scim.messages import ENTERPRISE_USER_SCHEMA, GROUP_SCHEMA, USER_SCHEMA
from scim.patch import parse_patch
from scim.profile import STRICT, TOLERANT
from scim.validation import created

_MANAGER = f"{ENTERPRISE_USER_SCHEMA}:manager"
_ROLE = {"value": "r1", "primary": True}


@pytest.mark.parametrize(
    ("before", "operation", "after"),
    [
        pytest.param(
            {"active": True},
            {"op": "Replace", "path": "active", "value": "False"},
            {"active": False},
            id="a capital op and a boolean in quotes",
        ),
        pytest.param(
            {"title": "A"},
            {
                "op": "replace",
                "value": {
                    "displayName": "D",
                    "name.givenName": "G",
                    f"{ENTERPRISE_USER_SCHEMA}:department": "X",
                },
            },
            {"title": "A", "displayName": "D", "name": {"givenName": "G"}}
            | enterprise(department="X"),
            id="paths for names",
        ),
        pytest.param(
            {},
            {"op": "replace", "value": {'emails[type eq "work"].value': "w@x"}},
            {"emails": [{"type": "work", "value": "w@x"}]},
            id="a value path for a name",
        ),
        pytest.param(
            {},
            {"op": "Add", "path": 'emails[type eq "work"].value', "value": "w@x"},
            {"emails": [{"type": "work", "value": "w@x"}]},
            id="a sub-attribute of an element that is not there",
        ),
        pytest.param(
            {"emails": [{"type": "home", "value": "h@x"}]},
            {"op": "Replace", "path": 'emails[type eq "work"].value', "value": "w@x"},
            {"emails": [{"type": "home", "value": "h@x"}, {"type": "work", "value": "w@x"}]},
            id="the same replaced",
        ),
        pytest.param(
            {},
            {
                "op": "Add",
                "path": 'addresses[type eq "work" and primary eq "True"].country',
                "value": "US",
            },
            {"addresses": [{"type": "work", "primary": True, "country": "US"}]},
            id="an element that two terms describe",
        ),
        pytest.param(
            {"roles": [{"value": "r0", "primary": True}]},
            {"op": "Replace", "path": 'roles[primary eq "True"].value', "value": "r1"},
            {"roles": [_ROLE]},
            id="a boolean in quotes in a filter",
        ),
        pytest.param(
            {},
            {"op": "Add", "path": "manager", "value": "m1"},
            enterprise(manager={"value": "m1"}),
            id="a manager as a bare id",
        ),
        pytest.param(
            {},
            {"op": "Add", "path": _MANAGER, "value": [{"$ref": None, "value": "m1"}]},
            enterprise(manager={"value": "m1"}),
            id="a manager in an array",
        ),
        pytest.param(
            enterprise(manager={"value": "m1"}),
            {"op": "Replace", "path": _MANAGER, "value": ""},
            {},
            id="a manager that is gone",
        ),
        pytest.param(
            {},
            {"op": "replace", "value": {"title": "A", "shoeSize": 44}},
            {"title": "A"},
            id="an attribute that is not known",
        ),
        pytest.param(
            {"title": "A"},
            {"op": "Replace", "path": "title", "value": ["B"]},
            {"title": "B"},
            id="an array of one value",
        ),
    ],
)
def test_a_user_is_patched_as_meant_unless_taken_to_the_letter(
    before: dict[str, Any], operation: dict[str, Any], after: dict[str, Any]
) -> None:
    assert after_patch(USER, user(**before), operation, profile=TOLERANT) == user(**after)
    with pytest.raises(ScimError):
        after_patch(USER, user(**before), operation, profile=STRICT)


def test_removal_with_a_value_removes_just_these_members() -> None:
    current = group({"value": "1", "type": "User"}, {"value": "2"}, {"value": "3"})
    values = [{"value": "1", "display": "One"}, {"$ref": None, "value": "3"}]

    result = after_patch(GROUP, current, {"op": "Remove", "path": "members", "value": values})

    assert result == group({"value": "2"})


@pytest.mark.parametrize("value", [[], [{"value": "9"}]], ids=["no member", "a stranger"])
def test_removal_with_a_value_never_removes_all(value: list[dict[str, Any]]) -> None:
    current = group({"value": "1"})

    result = after_patch(GROUP, current, {"op": "Remove", "path": "members", "value": value})

    assert result == current


def test_removal_with_a_value_is_refused_when_taken_to_the_letter() -> None:
    operation = {"op": "remove", "path": "members", "value": [{"value": "1"}]}

    with pytest.raises(ScimError):
        parse_patch(patch_message(operation), GROUP, profile=STRICT)


def test_removal_finds_an_element_by_what_it_names() -> None:
    current = user(emails=[{"value": "a@x", "type": "work"}, {"value": "a@x", "type": "home"}])
    value = [{"value": "A@x", "type": "home"}]

    result = after_patch(USER, current, {"op": "Remove", "path": "emails", "value": value})

    assert result == user(emails=[{"value": "a@x", "type": "work"}])


def test_okta_renames_a_group_and_echoes_its_id() -> None:
    operation = {"op": "replace", "value": {"id": "e9e30dba", "displayName": "Renamed"}}

    assert after_patch(GROUP, group(), operation) == group(displayName="Renamed")


def test_okta_moves_members_in_one_message() -> None:
    result = after_patch(
        GROUP,
        group({"value": "1"}),
        {"op": "remove", "path": 'members[value eq "1"]'},
        {"op": "add", "path": "members", "value": [{"value": "2", "display": "two@x"}]},
    )

    assert result == group({"value": "2"})


def test_okta_pushes_all_members_or_none() -> None:
    current = group({"value": "1"})

    pushed = after_patch(
        GROUP, current, {"op": "replace", "path": "members", "value": [{"value": "2"}]}
    )
    emptied = after_patch(GROUP, current, {"op": "replace", "path": "members", "value": []})

    assert (pushed, emptied) == (group({"value": "2"}), group())


def test_okta_creates_a_user_with_what_a_client_cannot_set() -> None:
    body = {
        "schemas": [USER_SCHEMA],
        "userName": "bjensen",
        "password": "t1meMa$heen",
        "groups": [],
        "active": True,
        "emails": [{"primary": True, "value": "b@x", "type": "work"}],
    }

    result = created(USER, body, profile=STRICT)

    assert result == {name: value for name, value in body.items() if name != "groups"}


def test_entra_creates_a_group_of_a_schema_of_its_own() -> None:
    body = {
        "schemas": [GROUP_SCHEMA, "http://schemas.microsoft.com/2006/11/ADSCIM/2.0/Group"],
        "externalId": "8aa1a0c0",
        "displayName": "Guides",
        "meta": {"resourceType": "Group"},
        "members": None,
    }

    assert created(GROUP, body, profile=TOLERANT) == {
        "schemas": [GROUP_SCHEMA],
        "externalId": "8aa1a0c0",
        "displayName": "Guides",
    }


def test_entra_creates_a_user_with_nulls_and_misspelt_schemas() -> None:
    body = {
        "schemas": [USER_SCHEMA, "urn:ietf:params:scim:schemas:extension:enterprise:2.0.User"],
        "userName": "bjensen",
        "active": "True",
        "roles": [],
        "nickName": None,
        "emails": {"type": "work", "value": "b@x"},
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0.User": {"department": "D"},
    }

    assert created(USER, body, profile=TOLERANT) == {
        "schemas": [USER_SCHEMA],
        "userName": "bjensen",
        "active": True,
        "emails": [{"type": "work", "value": "b@x"}],
    }
