"""null, an empty array and absence are one state: unassigned."""

from typing import Any

import pytest
from support.scim_resources import USER, after_patch, user

from scim.messages import USER_SCHEMA
from scim.profile import STRICT
from scim.validation import created, replaced

_UNASSIGNED = pytest.mark.parametrize(
    "unassigned",
    [{"emails": None}, {"emails": []}, {}],
    ids=["null", "an empty array", "absence"],
)


@_UNASSIGNED
def test_nothing_is_created(unassigned: dict[str, Any]) -> None:
    body = {"schemas": [USER_SCHEMA], "userName": "bjensen"}

    assert created(USER, body | unassigned, profile=STRICT) == body


@_UNASSIGNED
def test_what_was_there_is_cleared_by_put(unassigned: dict[str, Any]) -> None:
    body = {"schemas": [USER_SCHEMA], "userName": "bjensen"}

    assert (
        replaced(USER, user(emails=[{"value": "a"}]), body | unassigned, profile=STRICT) == user()
    )


@pytest.mark.parametrize("value", [None, []], ids=["null", "an empty array"])
def test_what_was_there_is_cleared_by_patch(value: object) -> None:
    operation = {"op": "replace", "path": "emails", "value": value}

    assert after_patch(USER, user(emails=[{"value": "a"}]), operation, profile=STRICT) == user()
