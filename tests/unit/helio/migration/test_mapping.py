"""A resource of one service provider as the body of a request to another."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from helio.migration.mapping import Mapped, Mapper
from helio.migration.references import Absent, Known, Lost, Pending
from helio.migration.type_rules import TypeRules, rules_of, standard_types
from scim.messages import ENTERPRISE_USER_SCHEMA, GROUP_SCHEMA, USER_SCHEMA

DEVICE = "urn:example:Device"
TYPES = [*standard_types(), {"name": "Device", "endpoint": "Devices", "schema": DEVICE}]
SCHEMAS = [
    {
        "id": DEVICE,
        "attributes": [
            {"name": "serialNumber", "type": "string", "uniqueness": "server"},
            {"name": "page", "type": "reference", "referenceTypes": ["User"]},
            {"name": "site", "type": "reference", "referenceTypes": ["external"]},
        ],
    }
]
RULES = {rules.name: rules for rules in rules_of(TYPES, SCHEMAS)}
MANAGER = f"{ENTERPRISE_USER_SCHEMA}:manager"
PLACES: Mapping[tuple[str, str], Known | Pending] = {
    ("User", "1"): Known("new-1", "https://new/Users/new-1"),
    ("User", "2"): Pending(),
    ("Group", "1"): Known("new-group", "https://new/Groups/new-group"),
}


def resolve(types: Sequence[str], source_id: str) -> Known | Pending | Absent:
    found = (PLACES.get((name, source_id)) for name in types)
    return next((place for place in found if place is not None), Absent("gone"))


def mapped(
    type_name: str,
    attributes: dict[str, Any],
    *,
    at_once: int | None = 3,
    source_id_as_external_id: bool = False,
) -> Mapped:
    endpoints = {name: rules.endpoint for name, rules in RULES.items()}
    mapper = Mapper(RULES[type_name], endpoints, source_id_as_external_id)
    return mapper.mapped(attributes, resolve, at_once=at_once)


def test_groups_come_after_all_that_they_may_hold() -> None:
    assert [rules.name for rules in rules_of(TYPES, SCHEMAS)] == ["User", "Device", "Group"]


def test_what_only_the_service_provider_sets_is_not_sent() -> None:
    found = mapped(
        "User",
        {
            "schemas": [USER_SCHEMA, ENTERPRISE_USER_SCHEMA],
            "id": "1",
            "meta": {"version": "1"},
            "userName": "ann",
            "externalId": "HR-1",
            "groups": [{"value": "1"}],
            "emails": [],
            "title": None,
            ENTERPRISE_USER_SCHEMA: {"department": "Sales"},
        },
    )

    assert found == Mapped(
        body={
            "schemas": [USER_SCHEMA, ENTERPRISE_USER_SCHEMA],
            "userName": "ann",
            "externalId": "HR-1",
            ENTERPRISE_USER_SCHEMA: {"department": "Sales"},
        },
        references={},
        due=(),
        lost=(),
        unknown=(),
    )


def test_the_id_at_the_source_is_kept_only_when_asked_for_and_where_there_is_room() -> None:
    without = mapped("User", {"id": "1", "userName": "ann"})
    kept = mapped("User", {"id": "1", "userName": "ann"}, source_id_as_external_id=True)
    own = mapped("User", {"id": "1", "externalId": "HR-1"}, source_id_as_external_id=True)

    assert "externalId" not in without.body
    assert kept.body["externalId"] == "1"
    assert own.body["externalId"] == "HR-1"


def test_members_lead_to_the_new_ids_and_say_which_do_not() -> None:
    members = [
        {"value": "1", "display": "Ann", "$ref": "https://old/Users/1"},
        {"value": "1", "type": "Group"},
        {"value": "1", "$ref": "../Groups/1"},
        {"value": "9"},
    ]

    found = mapped("Group", {"displayName": "Team", "members": members}, at_once=None)

    assert found.body["members"] == [
        {"value": "new-1"},
        {"value": "new-group", "type": "Group"},
        {"value": "new-group"},
    ]
    assert found.lost == (Lost("members", "9", "gone"),)


@pytest.mark.parametrize(
    "members",
    [
        pytest.param([{"value": "1"}, {"value": "2"}], id="one is yet to be created"),
        pytest.param([{"value": "1"}] * 4, id="they are many"),
    ],
)
def test_members_wait_together(members: list[dict[str, str]]) -> None:
    found = mapped("Group", {"displayName": "Team", "members": members})

    assert found.body == {"schemas": [GROUP_SCHEMA], "displayName": "Team"}
    assert found.due == ("members",)
    assert {"value": "new-1"} in found.references["members"]


@pytest.mark.parametrize(
    ("manager", "sent"),
    [
        pytest.param({"value": "1", "displayName": "Boss"}, {"value": "new-1"}, id="by id"),
        pytest.param("1", {"value": "new-1"}, id="by a bare id"),
        pytest.param(
            {"$ref": "https://old/v2/Users/1"}, {"$ref": "https://new/Users/new-1"}, id="by URI"
        ),
    ],
)
def test_a_manager_is_led_to(manager: object, sent: object) -> None:
    found = mapped("User", {"userName": "bob", ENTERPRISE_USER_SCHEMA: {"manager": manager}})

    assert found.body[ENTERPRISE_USER_SCHEMA] == {"manager": sent}
    assert found.references == {MANAGER: sent}


def test_a_manager_who_is_yet_to_come_waits() -> None:
    found = mapped("User", {"userName": "bob", ENTERPRISE_USER_SCHEMA: {"manager": {"value": "2"}}})

    assert (found.body["schemas"], found.due) == ([USER_SCHEMA], (MANAGER,))


def test_a_reference_by_uri_is_followed_unless_it_leads_out() -> None:
    found = mapped("Device", {"page": "https://old/Users/1", "site": "https://a.example/Users/1"})

    assert found.body["page"] == "https://new/Users/new-1"
    assert found.body["site"] == "https://a.example/Users/1"


def test_what_the_target_does_not_have_is_left_out_and_named() -> None:
    found = mapped("User", {"userName": "ann", "shoeSize": 38, ENTERPRISE_USER_SCHEMA: {"desk": 1}})

    assert found.body == {"schemas": [USER_SCHEMA], "userName": "ann"}
    assert found.unknown == ("shoeSize", f"{ENTERPRISE_USER_SCHEMA}:desk")


def test_rules_of_a_server_that_says_nothing_are_the_standards() -> None:
    (user, _) = rules_of(standard_types(), ())

    assert isinstance(user, TypeRules)
    assert [rule.name for rule in user.unique_attributes()] == ["userName"]
