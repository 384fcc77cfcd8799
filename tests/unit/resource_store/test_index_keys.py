"""Which keys a resource is found by."""

from typing import Any

import pytest

from resource_store.domain.keys import IndexKey, index_keys, indexed_paths
from scim.messages import ENTERPRISE_USER_SCHEMA
from scim.registry import standard_registry

USER, GROUP = standard_registry().resource_types


@pytest.mark.parametrize(
    ("attributes", "keys"),
    [
        pytest.param({"userName": "Ädä"}, {("userName", "ädä")}, id="folded where case is none"),
        pytest.param({"externalId": "A"}, {("externalId", "A")}, id="as it is where case counts"),
        pytest.param({"active": False}, {("active", False)}, id="a truth value"),
        pytest.param(
            {"emails": [{"value": "A@x"}, {"value": "b@x"}, {"type": "work"}]},
            {("emails.value", "a@x"), ("emails.value", "b@x")},
            id="each element that has a value",
        ),
        pytest.param(
            {"name": {"familyName": "Lovelace", "middleName": "King"}},
            {("name.familyName", "lovelace")},
            id="of a complex value what is indexed",
        ),
        pytest.param(
            {ENTERPRISE_USER_SCHEMA: {"department": "Sales", "manager": {"value": "M-1"}}},
            {
                (f"{ENTERPRISE_USER_SCHEMA}:department", "sales"),
                (f"{ENTERPRISE_USER_SCHEMA}:manager.value", "M-1"),
            },
            id="attributes of an extension",
        ),
        pytest.param({"password": "hash", "nickName": "x"}, set(), id="nothing else"),
    ],
)
def test_the_keys_of_a_user(attributes: dict[str, Any], keys: set[tuple[str, Any]]) -> None:
    found = {(key.path, key.key) for key in index_keys(USER, attributes)}

    assert {(path, key) for path, key in found if key is not None} == keys


def test_a_user_name_is_unique_and_a_display_name_is_not() -> None:
    keys = index_keys(USER, {"userName": "ada", "displayName": "Ada"})

    assert {key for key in keys if key.key is not None} == {
        IndexKey("userName", "ada", unique=True),
        IndexKey("displayName", "ada", unique=False),
    }


def test_what_is_sorted_by_has_a_key_for_no_value() -> None:
    keys = index_keys(USER, {"userName": "ada", "externalId": "A"})

    lacking = {"displayName", "name.familyName", "name.givenName"}
    assert {key for key in keys if key.key is None} == {
        IndexKey(path, None, unique=False) for path in lacking
    }


def test_a_password_has_no_index() -> None:
    assert "password" not in indexed_paths(USER)


def test_a_group_has_the_indexes_of_its_own_attributes() -> None:
    assert set(indexed_paths(GROUP)) == {"externalId", "displayName"}
