"""What of two operations of a bulk request must stay in order, where a type is the operator's."""

from typing import Any

import orjson
import pytest
from support.custom_schemas import BADGE_SCHEMA, BADGES, registry_with

from scim.resource_type import ResourceType
from scim_gateway.domain.bulk_operations import Method, Operation
from scim_gateway.domain.bulk_touches import touched


@pytest.fixture(scope="module")
def user(tmp_path_factory: pytest.TempPathFactory) -> ResourceType:
    found = registry_with(tmp_path_factory.mktemp("schemas"), *BADGES).resource_type("User")
    assert found is not None
    return found


def _operation(user: ResourceType, method: Method, data: dict[str, Any]) -> Operation:
    return Operation(method, None, user, "x", data, orjson.dumps(data), None)


def test_a_unique_value_in_an_extension_is_a_mark(user: ResourceType) -> None:
    data = {"userName": "Ann", BADGE_SCHEMA.upper(): {"NUMBER": "7A"}}

    marks = touched(_operation(user, Method.PUT, data), frozenset()).marks

    assert {("User", "userName", "ann"), ("User", f"{BADGE_SCHEMA}:number", "7a")} <= {*marks}


@pytest.mark.parametrize(
    ("path", "moves"),
    [
        (f"{BADGE_SCHEMA}:number", True),
        (BADGE_SCHEMA, True),
        ("title", False),
    ],
)
def test_a_patch_moves_a_unique_value_where_it_names_it(
    user: ResourceType, path: str, *, moves: bool
) -> None:
    data = {"Operations": [{"op": "remove", "path": path}]}

    marks = touched(_operation(user, Method.PATCH, data), frozenset()).marks

    assert (("released", "User") in marks) is moves


@pytest.mark.parametrize("held", [None, 5, [None, 5, {}], {"number": [{}]}])
def test_what_is_no_value_is_no_mark_and_no_failure(user: ResourceType, held: object) -> None:
    data = {"userName": "Ann", BADGE_SCHEMA: held}

    assert ("User", "userName", "ann") in touched(
        _operation(user, Method.PUT, data), frozenset()
    ).marks
