"""What resources are sorted by (RFC 7644 section 3.4.2.3), against a plain reading of the RFC."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.scim_resources import USER, user

from scim.errors import InvalidValueError, SensitiveError
from scim.messages import ENTERPRISE_USER_SCHEMA
from scim.profile import STRICT, TOLERANT
from scim.registry import standard_registry
from scim.sorting import sort_key, sort_paths

GROUP = standard_registry().resource_types[1]
WORDS = st.text("abAB\u00e9\u00c9 ", max_size=4)
ELEMENTS = st.lists(
    st.fixed_dictionaries({"value": WORDS}, optional={"primary": st.booleans()}), max_size=3
)


def key(sort_by: str, resource: dict[str, Any]) -> object:
    (path,) = sort_paths(sort_by, [USER], profile=TOLERANT)
    assert path is not None
    return sort_key(path, resource)


@given(st.lists(WORDS, max_size=8))
def test_names_without_case_are_in_the_order_of_their_lower_case(names: list[str]) -> None:
    people = [user(nickName=name) for name in names]

    found = sorted(people, key=lambda person: str(key("nickName", person)))

    assert [p["nickName"].lower() for p in found] == sorted(name.lower() for name in names)


@given(ELEMENTS)
def test_the_primary_value_counts_or_else_the_first(elements: list[dict[str, Any]]) -> None:
    primary = [each["value"] for each in elements if each.get("primary")]
    values = [*primary, *(each["value"] for each in elements)]

    found = key("emails", user(emails=elements))

    assert found == (values[0].lower() if values else None)


@pytest.mark.parametrize(
    ("sort_by", "expected"),
    [
        ("externalId", "A-1"),
        ("name.familyName", "lovelace"),
        ("active", True),
        ("meta.lastModified", 1_305_261_754_000_000),
        (f"{ENTERPRISE_USER_SCHEMA}:department", "engines"),
        ("department", "engines"),
        ("manager", "2819"),
        ("title", None),
        ("addresses.country", None),
        ("schemas", "urn:ietf:params:scim:schemas:core:2.0:User"),
    ],
)
def test_each_type_has_its_key(sort_by: str, expected: object) -> None:
    ada = user(
        externalId="A-1",
        active=True,
        name={"familyName": "Lovelace"},
        meta={"lastModified": "2011-05-13T04:42:34Z"},
        **{ENTERPRISE_USER_SCHEMA: {"department": "Engines", "manager": {"value": "2819"}}},
    )

    assert key(sort_by, ada) == expected


def test_a_type_that_lacks_the_attribute_has_no_path() -> None:
    found = sort_paths("userName", [USER, GROUP], profile=TOLERANT)

    assert [path and str(path.path) for path in found] == ["userName", None]


@pytest.mark.parametrize(
    "sort_by", ["", "shoeSize", "name", "meta", "a b", "emails[value pr]", "'"]
)
def test_what_is_no_value_of_any_type_is_refused_by_the_parameters_name(sort_by: str) -> None:
    with pytest.raises(InvalidValueError) as refused:
        sort_paths(sort_by, [USER, GROUP], profile=TOLERANT)

    assert refused.value.attribute_path == "sortBy"


def test_nothing_is_sorted_by_what_is_never_returned() -> None:
    with pytest.raises(SensitiveError):
        sort_paths("password", [USER], profile=TOLERANT)


def test_by_the_letter_an_extension_is_named_by_its_urn() -> None:
    with pytest.raises(InvalidValueError):
        sort_paths("department", [USER], profile=STRICT)
