"""One write may ask for much, and not for more."""

from typing import Any

import pytest
from support.scim_resources import GROUP, USER, patch_message, user

from resource_store.domain.decisions import State
from resource_store.domain.errors import TooLargeError
from resource_store.domain.limits import MAX_VALUES, refuse_large_values, refuse_long_patch
from resource_store.domain.members import Member
from resource_store.domain.resources import Stamp
from scim.patch import PatchOperation, parse_patch
from scim.profile import TOLERANT
from scim.schema import ResourceType

_MANY = [{}] * (MAX_VALUES + 1)


@pytest.mark.parametrize(
    ("body", "name"),
    [
        pytest.param({"Operations": _MANY}, "Operations", id="operations"),
        pytest.param({"operations": _MANY}, "operations", id="operations in lower case"),
        pytest.param({"emails": _MANY}, "emails", id="values of an attribute"),
        pytest.param({"Operations": [{"path": "emails", "value": _MANY}]}, "emails", id="added"),
        pytest.param({"Operations": [{"value": {"ims": _MANY}}]}, "ims", id="added by name"),
        pytest.param(
            {"Operations": [{"value": dict.fromkeys(map(str, range(10_001)))}]},
            "value",
            id="names",
        ),
    ],
)
def test_a_body_that_holds_too_much_is_refused(body: Any, name: str) -> None:
    with pytest.raises(TooLargeError, match="holds 10001 values and may hold 10000") as refused:
        refuse_large_values(body)

    assert refused.value.attribute_path == name


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({"Operations": [{}] * MAX_VALUES}, id="just as many operations"),
        pytest.param({"members": _MANY}, id="a large group"),
        pytest.param({"Operations": [{"path": "members", "value": _MANY}]}, id="its members"),
        pytest.param({"Operations": 5}, id="operations that are none"),
        pytest.param({"Operations": [5, None, {"path": 5}]}, id="each of them none"),
        pytest.param([], id="no object"),
        pytest.param(user(), id="a person"),
    ],
)
def test_any_other_body_is_left_to_others_to_judge(body: Any) -> None:
    refuse_large_values(body)


@pytest.mark.parametrize(
    ("resource_type", "operation", "times"),
    [
        pytest.param(
            GROUP,
            {"op": "remove", "path": 'members[value sw "x"]'},
            501,
            id="operations that search a group",
        ),
        pytest.param(
            USER,
            {"op": "add", "path": "emails", "value": [{"value": "a@x.org"}]},
            1001,
            id="operations that lengthen what they search",
        ),
    ],
)
def test_operations_that_go_through_too_much_are_refused(
    resource_type: ResourceType, operation: dict[str, Any], times: int
) -> None:
    operations = _parsed(resource_type, [operation] * times)

    with pytest.raises(TooLargeError) as refused:
        refuse_long_patch(operations, _state(members=2000))

    assert refused.value.attribute_path == operation["path"].partition("[")[0]


@pytest.mark.parametrize(
    ("resource_type", "operation"),
    [
        pytest.param(GROUP, {"op": "remove", "path": 'members[value eq "x"]'}, id="members by id"),
        pytest.param(USER, {"op": "replace", "path": "title", "value": "x"}, id="single values"),
    ],
)
def test_operations_that_touch_one_thing_each_may_be_many(
    resource_type: ResourceType, operation: dict[str, Any]
) -> None:
    operations = _parsed(resource_type, [operation] * 3000)

    refuse_long_patch(operations, _state(members=2000))


def _parsed(
    resource_type: ResourceType, operations: list[dict[str, Any]]
) -> tuple[PatchOperation, ...]:
    return parse_patch(patch_message(*operations), resource_type, profile=TOLERANT)


def _state(*, members: int) -> State:
    return State(
        current=None,
        tombstone=None,
        members={str(number): Member(str(number), "User") for number in range(members)},
        types={},
        gone={},
        stamp=Stamp(1, "here"),
        now=1,
    )
