"""Representations from stored bytes."""

import json
from typing import Any

import pytest

from resource_store.domain.references import with_references
from resource_store.domain.representations import (
    date_time,
    derived_attributes,
    for_filtering,
    with_derived,
)
from resource_store.domain.resources import Ref, Resource, Stamp
from scim.messages import ENTERPRISE_USER_SCHEMA
from scim.registry import standard_registry

USER, GROUP = standard_registry().resource_types
STORED = Resource(
    ref=Ref("User", "x"),
    attributes=b'{"id":"x"}',
    version='W/"1-here2345"',
    created=1_800_000_000_123_456,
    last_modified=1_800_000_001_000_000,
    origin=Stamp(1, "here2345"),
)


def test_derived_attributes_are_added_where_there_are_any() -> None:
    shown = with_derived(STORED, {"groups": [{"value": "g"}], "members": []})

    assert shown.attributes == b'{"id":"x","groups":[{"value":"g"}]}'


def test_a_resource_without_derived_attributes_is_the_very_same() -> None:
    assert with_derived(STORED, {"groups": []}) is STORED


def test_each_resource_type_has_its_derived_attributes() -> None:
    assert derived_attributes(USER) == {"groups"}
    assert derived_attributes(GROUP) == {"members"}


def test_a_moment_is_shown_in_utc_with_milliseconds() -> None:
    assert date_time(1_800_000_000_123_456) == "2027-01-15T08:00:00.123Z"


def test_filters_see_meta() -> None:
    assert for_filtering(STORED, USER.endpoints) == {
        "id": "x",
        "meta": {
            "resourceType": "User",
            "created": "2027-01-15T08:00:00.123Z",
            "lastModified": "2027-01-15T08:00:01.000Z",
            "version": 'W/"1-here2345"',
            "location": "Users/x",
        },
    }


@pytest.mark.parametrize(
    ("manager", "referring"),
    [
        ({"value": "m"}, {"value": "m", "$ref": "Users/m"}),
        ({"value": "m", "$ref": "https://x/Users/n"}, {"value": "m", "$ref": "Users/m"}),
        ({"$ref": "https://x/Users/n"}, {"$ref": "https://x/Users/n"}),
    ],
    ids=["made from the value", "which outweighs what was sent", "but not without one"],
)
def test_a_managers_reference(manager: dict[str, Any], referring: dict[str, Any]) -> None:
    attributes = {"userName": "x", ENTERPRISE_USER_SCHEMA: {"manager": manager, "department": "d"}}
    before = json.dumps(attributes)

    result = with_references(USER, attributes)

    assert result[ENTERPRISE_USER_SCHEMA] == {"manager": referring, "department": "d"}
    assert json.dumps(attributes) == before


def test_what_refers_to_nothing_stays() -> None:
    assert with_references(GROUP, {"displayName": "x"}) == {"displayName": "x"}
