from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.scim_resources import USER, enterprise, user, users

from scim.errors import InvalidValueError
from scim.messages import ENTERPRISE_USER_SCHEMA, USER_SCHEMA
from scim.projection import MAX_NAMES, Projection, parse_projection, projected
from scim.registry import common_attributes
from scim.schema import Attribute, AttributeType, ResourceType, Returned, Schema

_SHOWN = user(
    name={"givenName": "B", "familyName": "J"},
    emails=[{"value": "a", "type": "work"}, {"display": "D"}],
    meta={"resourceType": "User", "version": 'W/"a"'},
    **enterprise(department="D", manager={"value": "1", "displayName": "J"}),
)
_ALWAYS = {"schemas": _SHOWN["schemas"], "id": _SHOWN["id"]}
_LOCK = ResourceType(
    name="Lock",
    endpoint="/Locks",
    description="",
    schema=Schema(
        "urn:x:Lock",
        "Lock",
        "",
        (
            Attribute("log", returned=Returned.REQUEST),
            Attribute("pin", returned=Returned.NEVER),
            Attribute("serial", returned=Returned.ALWAYS),
            Attribute(
                "owner",
                type=AttributeType.COMPLEX,
                sub_attributes=(
                    Attribute("name"),
                    Attribute("address", returned=Returned.REQUEST),
                    Attribute("secret", returned=Returned.NEVER),
                ),
            ),
        ),
    ),
    extensions=(),
    common=common_attributes(),
)
_STORED = {
    "schemas": ["urn:x:Lock"],
    "id": "1",
    "log": "l",
    "pin": "p",
    "serial": "s",
    "owner": {"name": "n", "address": "a", "secret": "x"},
}


def _only(*names: str) -> dict[str, Any]:
    return projected(USER, _SHOWN, parse_projection(names, ()))


def _without(*names: str) -> dict[str, Any]:
    return projected(USER, _SHOWN, parse_projection((), names))


def _lock(
    attributes: str = "", excluded: str = "", supplied: tuple[str, ...] = ()
) -> dict[str, Any]:
    projection = parse_projection([attributes], [excluded])
    return projected(_LOCK, _STORED, projection, supplied=supplied)


@pytest.mark.parametrize(
    ("names", "shown"),
    [
        pytest.param(["userName"], {"userName": "bjensen"}, id="one attribute"),
        pytest.param(
            ["USERNAME , name"], {"userName": "bjensen", "name": _SHOWN["name"]}, id="two"
        ),
        pytest.param(["name.givenName"], {"name": {"givenName": "B"}}, id="a sub-attribute"),
        pytest.param(["emails.value"], {"emails": [{"value": "a"}]}, id="a sub of elements"),
        pytest.param(
            [f"{USER_SCHEMA}:userName"], {"userName": "bjensen"}, id="with the base schema's URN"
        ),
        pytest.param(
            [ENTERPRISE_USER_SCHEMA.upper()],
            {ENTERPRISE_USER_SCHEMA: _SHOWN[ENTERPRISE_USER_SCHEMA]},
            id="an extension",
        ),
        pytest.param(
            [f"{ENTERPRISE_USER_SCHEMA}:manager.value"],
            {ENTERPRISE_USER_SCHEMA: {"manager": {"value": "1"}}},
            id="a part of an extension",
        ),
        pytest.param(["meta.version"], {"meta": {"version": 'W/"a"'}}, id="a part of meta"),
        pytest.param(["shoeSize"], {}, id="an unknown name"),
        pytest.param(["password"], {}, id="what is never returned"),
    ],
)
def test_attributes_select(names: list[str], shown: dict[str, Any]) -> None:
    assert _only(*names) == _ALWAYS | shown


def test_excluded_attributes_are_left_out() -> None:
    result = _without("name.givenName", "emails", ENTERPRISE_USER_SCHEMA, "meta", "shoeSize")

    assert result == _ALWAYS | {"userName": "bjensen", "name": {"familyName": "J"}}


def test_what_is_always_returned_cannot_be_excluded() -> None:
    assert _without("id", "schemas") == _SHOWN


def test_both_lists_together_are_refused() -> None:
    with pytest.raises(InvalidValueError):
        parse_projection(["userName"], ["name"])


@pytest.mark.parametrize("parameter", ["attributes", "excludedAttributes"])
def test_so_many_names_may_be_given_and_no_more(parameter: str) -> None:
    def parsed(count: int) -> Projection:
        names = [",".join(f"a{number}" for number in range(count))]
        return parse_projection(*((names, []) if parameter == "attributes" else ([], names)))

    assert parsed(MAX_NAMES)
    with pytest.raises(InvalidValueError, match=f"may name {MAX_NAMES}") as refused:
        parsed(MAX_NAMES + 1)
    assert refused.value.attribute_path == parameter


def test_empty_lists_are_none() -> None:
    assert parse_projection([""], [" , "]) == Projection(None, None)


def test_by_default_hidden_attributes_are_left_out() -> None:
    assert _lock() == {
        "schemas": ["urn:x:Lock"],
        "id": "1",
        "serial": "s",
        "owner": {"name": "n"},
    }


def test_an_attribute_is_returned_on_request() -> None:
    result = _lock("log,owner.address,pin")

    assert result == {
        "schemas": ["urn:x:Lock"],
        "id": "1",
        "log": "l",
        "serial": "s",
        "owner": {"address": "a"},
    }


def test_an_attribute_is_returned_to_who_supplied_it() -> None:
    result = _lock(supplied=("log", "owner.address", "pin"))

    assert result == {
        "schemas": ["urn:x:Lock"],
        "id": "1",
        "log": "l",
        "serial": "s",
        "owner": {"name": "n", "address": "a"},
    }


def test_exclusion_does_not_bring_hidden_attributes() -> None:
    assert _lock(excluded="owner.name,serial") == {
        "schemas": ["urn:x:Lock"],
        "id": "1",
        "serial": "s",
    }


_names = st.lists(
    st.sampled_from(
        ["name", "name.givenName", "emails", "password", "active", ENTERPRISE_USER_SCHEMA]
    )
)


@given(users, _names, st.booleans())
def test_no_projection_shows_a_password_or_hides_the_schemas(
    resource: dict[str, Any],
    names: list[str],
    excluded: bool,
) -> None:
    projection = parse_projection(*(([], names) if excluded else (names, [])))

    result = projected(USER, resource, projection, supplied=names)

    assert "password" not in result
    assert result["schemas"] == resource["schemas"]
