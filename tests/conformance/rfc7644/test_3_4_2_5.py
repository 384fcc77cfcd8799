"""Which attributes a response has; section 3.9 says the same of every operation."""

import pytest
from support.scim_resources import USER, enterprise, user

from scim.errors import InvalidValueError
from scim.messages import ENTERPRISE_USER_SCHEMA, USER_SCHEMA
from scim.projection import parse_projection, projected

_BABS = user(
    displayName="Babs",
    name={"givenName": "Barbara", "familyName": "Jensen"},
    emails=[{"value": "b@example.com", "type": "work"}],
    **enterprise(department="Tours", division="Park"),
)
_ALWAYS = {"schemas": _BABS["schemas"], "id": _BABS["id"]}


@pytest.mark.parametrize(
    ("attributes", "shown"),
    [
        ("userName", {"userName": "bjensen"}),
        ("USERNAME,displayname", {"userName": "bjensen", "displayName": "Babs"}),
        (f"{USER_SCHEMA}:userName", {"userName": "bjensen"}),
        ("name.givenName", {"name": {"givenName": "Barbara"}}),
        ("emails.value", {"emails": [{"value": "b@example.com"}]}),
        (f"{ENTERPRISE_USER_SCHEMA}:division", {ENTERPRISE_USER_SCHEMA: {"division": "Park"}}),
        (ENTERPRISE_USER_SCHEMA, {ENTERPRISE_USER_SCHEMA: _BABS[ENTERPRISE_USER_SCHEMA]}),
        ("shoeSize", {}),
    ],
)
def test_what_is_asked_for_is_shown_with_what_always_is(
    attributes: str, shown: dict[str, object]
) -> None:
    assert projected(USER, _BABS, parse_projection([attributes], [])) == {**_ALWAYS, **shown}


@pytest.mark.parametrize(
    ("excluded", "hidden"),
    [("emails", {"emails"}), ("displayName, emails", {"displayName", "emails"}), ("id", set())],
)
def test_what_is_excluded_is_not_shown_unless_it_always_is(excluded: str, hidden: set[str]) -> None:
    shown = projected(USER, _BABS, parse_projection([], [excluded]))

    assert shown == {name: value for name, value in _BABS.items() if name not in hidden}


def test_a_sub_attribute_can_be_excluded() -> None:
    shown = projected(USER, _BABS, parse_projection([], ["name.familyName"]))

    assert shown == {**_BABS, "name": {"givenName": "Barbara"}}


def test_both_at_once_are_refused() -> None:
    with pytest.raises(InvalidValueError):
        parse_projection(["userName"], ["emails"])
