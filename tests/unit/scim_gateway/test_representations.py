"""What clients see of stored resources."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scim.messages import ENTERPRISE_USER_SCHEMA
from scim.projection import parse_projection
from scim.registry import standard_registry
from scim_gateway.domain.representations import (
    Representations,
    list_response,
    omitted_attributes,
    supplied_paths,
)
from scim_gateway.domain.resources import Representation, ResourceRef, StoredResource

BASE = "https://scim.example.org/scim/v2"
SHOWING = Representations(BASE, standard_registry())
GROUP = standard_registry().resource_type("Group")
USER = standard_registry().resource_type("User")
assert GROUP is not None
assert USER is not None


def stored(attributes: dict[str, Any], resource_type: str = "User") -> StoredResource:
    return StoredResource(
        ResourceRef(resource_type, "2819"),
        json.dumps(attributes, separators=(",", ":")).encode(),
        version='W/"a1-c2"',
        created=1_700_000_000_123_999,
        last_modified=1_700_000_060_000_000,
    )


def shown(resource: StoredResource, **parameters: Any) -> dict[str, Any]:
    parameters = {"projection": None, **parameters}
    representation = SHOWING.represent(resource, **parameters)
    found: dict[str, Any] = json.loads(representation.body)
    return found


def test_a_representation_carries_meta_beside_what_is_stored() -> None:
    resource = stored({"schemas": ["urn:x"], "id": "2819", "userName": "bjensen"})

    representation = SHOWING.represent(resource, projection=None)

    assert representation.location == f"{BASE}/Users/2819"
    assert representation.version == 'W/"a1-c2"'
    assert json.loads(representation.body) == {
        "schemas": ["urn:x"],
        "id": "2819",
        "userName": "bjensen",
        "meta": {
            "resourceType": "User",
            "created": "2023-11-14T22:13:20.123Z",
            "lastModified": "2023-11-14T22:14:20.000Z",
            "version": 'W/"a1-c2"',
            "location": f"{BASE}/Users/2819",
        },
    }


def test_relative_references_become_absolute() -> None:
    members = [
        {"value": "1", "$ref": "Users/1"},
        {"value": "2", "$ref": "Groups/2"},
        {"value": "3", "$ref": "https://elsewhere.example.org/Users/3"},
    ]

    found = shown(stored({"id": "2819", "members": members}, "Group"))

    assert [member["$ref"] for member in found["members"]] == [
        f"{BASE}/Users/1",
        f"{BASE}/Groups/2",
        "https://elsewhere.example.org/Users/3",
    ]


@given(st.text())
def test_no_value_is_mistaken_for_a_reference(text: str) -> None:
    attributes = {
        "id": "2819",
        "displayName": text,
        "nickName": f'"$ref":"Users/{text}',
        "title": f'$ref":"Users/{text}',
    }

    found = shown(stored(attributes))

    assert {name: value for name, value in found.items() if name != "meta"} == attributes


def test_an_id_of_another_provider_is_quoted_in_the_location() -> None:
    resource = replace(stored({"id": "a b"}), ref=ResourceRef("User", "a b/ü"))

    assert SHOWING.location(resource.ref) == f"{BASE}/Users/a%20b%2F%C3%BC"


def test_a_projection_shows_what_was_asked_for_and_what_is_always_shown() -> None:
    resource = stored({"schemas": ["urn:x"], "id": "2819", "userName": "b", "title": "Dr"})

    found = shown(resource, projection=parse_projection(["title"], []))

    assert found == {"schemas": ["urn:x"], "id": "2819", "title": "Dr"}


def test_a_projection_reaches_meta() -> None:
    resource = stored({"schemas": ["urn:x"], "id": "2819", "userName": "b"})

    found = shown(resource, projection=parse_projection(["meta.location"], []))

    assert found["meta"] == {"location": f"{BASE}/Users/2819"}


@pytest.mark.parametrize(
    ("attributes", "excluded", "omitted"),
    [
        pytest.param(["displayName"], [], ("members", "groups"), id="others are asked for"),
        pytest.param(["members"], [], ("groups",), id="members are asked for"),
        pytest.param(["members.value"], [], ("groups",), id="a part of members is asked for"),
        pytest.param([], ["members"], ("members", "groups"), id="members are excluded"),
        pytest.param([], ["members.display"], ("groups",), id="a part of members is excluded"),
    ],
)
def test_members_need_not_be_read_when_they_are_not_shown(
    attributes: list[str], excluded: list[str], omitted: tuple[str, ...]
) -> None:
    projection = parse_projection(attributes, excluded)

    assert omitted_attributes([GROUP], projection) == omitted


def test_a_search_over_types_reads_what_any_of_them_shows() -> None:
    projection = parse_projection([], ["members"])

    assert omitted_attributes([USER, GROUP], projection) == ("members",)


def test_nothing_is_omitted_without_a_projection() -> None:
    assert omitted_attributes([GROUP], None) == ()


def test_a_list_response_joins_ready_representations() -> None:
    found = [Representation("", "", b'{"id":"1"}'), Representation("", "", b'{"id":"2"}')]

    body = list_response(found, {"totalResults": 7, "startIndex": 3, "nextCursor": None})

    assert json.loads(body) == {
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
        "totalResults": 7,
        "startIndex": 3,
        "itemsPerPage": 2,
        "Resources": [{"id": "1"}, {"id": "2"}],
    }


def test_an_empty_list_response_has_resources_all_the_same() -> None:
    body = list_response([], {"totalResults": 0})

    assert json.loads(body)["Resources"] == []


@pytest.mark.parametrize(
    ("body", "paths"),
    [
        pytest.param({"title": "Dr"}, {"title"}, id="an attribute"),
        pytest.param(
            {"Name": {"givenName": "A"}}, {"Name", "Name.givenName"}, id="a sub-attribute"
        ),
        pytest.param(
            {"emails": [{"value": "a"}, {"value": "b", "type": "work"}]},
            {"emails", "emails.value", "emails.type"},
            id="elements",
        ),
        pytest.param(
            {ENTERPRISE_USER_SCHEMA: {"manager": {"value": "1"}}},
            {
                ENTERPRISE_USER_SCHEMA,
                f"{ENTERPRISE_USER_SCHEMA}:manager",
                f"{ENTERPRISE_USER_SCHEMA}:manager.value",
            },
            id="an extension",
        ),
        pytest.param({"x:y": {"z": {"z": 1}}}, {"x:y"}, id="nothing within what is unknown"),
        pytest.param(
            {"Operations": [{"path": 'emails[type eq "work"].value', "value": "a"}]},
            {"emails.value"},
            id="a path with a filter",
        ),
        pytest.param(
            {"Operations": [{"path": "emails[" * 9, "value": "a"}]},
            {"emails[" * 9},
            id="a path that is none",
        ),
        pytest.param(
            {"Operations": [{"value": {"name": {"givenName": "A"}}}, 7]},
            {"name", "name.givenName"},
            id="a value without a path",
        ),
    ],
)
def test_the_paths_that_a_body_sets(body: dict[str, Any], paths: set[str]) -> None:
    assert USER is not None

    assert set(supplied_paths(body, USER)) == paths
