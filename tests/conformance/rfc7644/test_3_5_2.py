"""PATCH: what holds for all operations."""

from copy import deepcopy
from typing import Any

import pytest
from support.scim_resources import USER, after_patch, patch_message, user

from scim.errors import MutabilityError, ScimError
from scim.messages import ENTERPRISE_USER_SCHEMA, USER_SCHEMA
from scim.patch import parse_patch
from scim.profile import STRICT


@pytest.mark.parametrize(
    "path",
    [
        "members",
        "name.familyName",
        'addresses[type eq "work"]',
        'members[value eq "2819c223-7f76-453a-919d-413861904646"]',
        'members[value eq "2819c223-7f76-453a-919d-413861904646"].displayName',
    ],
)
def test_the_paths_of_figure_8_are_read_or_refused_by_what_they_name(path: str) -> None:
    """The printed examples mix attributes of users and groups; the last names none at all."""
    message = patch_message({"op": "remove", "path": path})
    if path.startswith("members"):
        with pytest.raises(ScimError):
            parse_patch(message, USER, profile=STRICT)
    else:
        assert len(parse_patch(message, USER, profile=STRICT)) == 1


def test_operations_are_applied_in_order() -> None:
    operations = [
        {"op": "add", "path": "nickName", "value": "Babs"},
        {"op": "remove", "path": "nickName"},
        {"op": "add", "path": "title", "value": "Guide"},
    ]

    assert after_patch(USER, user(), *operations, profile=STRICT) == user(title="Guide")


def test_a_patch_is_atomic() -> None:
    current = user(emails=[{"value": "a"}])
    original = deepcopy(current)

    with pytest.raises(MutabilityError):
        after_patch(
            USER,
            current,
            {"op": "remove", "path": "emails"},
            {"op": "replace", "path": "id", "value": "x"},
            profile=STRICT,
        )

    assert current == original


@pytest.mark.parametrize("path", ["id", "meta", "meta.version", "groups", "schemas"])
@pytest.mark.parametrize("op", ["add", "replace", "remove"])
def test_a_read_only_attribute_cannot_be_changed(op: str, path: str) -> None:
    with pytest.raises(MutabilityError):
        after_patch(USER, user(), {"op": op, "path": path, "value": "x"}, profile=STRICT)


def test_setting_an_attribute_of_an_extension_adds_its_schema() -> None:
    operation = {"op": "add", "path": f"{ENTERPRISE_USER_SCHEMA}:costCenter", "value": "4130"}

    result = after_patch(USER, user(), operation, profile=STRICT)

    assert result["schemas"] == [USER_SCHEMA, ENTERPRISE_USER_SCHEMA]


@pytest.mark.parametrize("op", ["add", "replace"])
def test_a_new_primary_value_unsets_the_old_one(op: str) -> None:
    current = user(emails=[{"value": "a", "primary": True}, {"value": "b"}])
    operation: dict[str, Any] = {"op": op, "path": 'emails[value eq "b"].primary', "value": True}

    result = after_patch(USER, current, operation, profile=STRICT)

    assert result["emails"] == [{"value": "a", "primary": False}, {"value": "b", "primary": True}]


def test_no_net_change_leaves_the_resource_equal() -> None:
    current = user(title="Guide", emails=[{"value": "a", "type": "work"}])

    result = after_patch(
        USER,
        current,
        {"op": "add", "path": "emails", "value": [{"value": "a"}]},
        {"op": "replace", "path": "title", "value": "Guide"},
        {"op": "remove", "path": "nickName"},
        profile=STRICT,
    )

    assert result == current
