from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.scim_resources import GROUP, USER, enterprise, user, users

from scim.evaluation import matches
from scim.filters import parse_filter

_BABS = user(
    externalId="bJensen",
    active=True,
    title="Tour Guide",
    nickName="",
    name={"familyName": "Groß", "givenName": "Zoé"},
    emails=[
        {"value": "Babs@Example.com", "type": "work", "primary": True},
        {"value": "babs@jensen.org", "type": "home"},
    ],
    groups=[{"value": "G1", "display": "Guides"}],
    meta={"resourceType": "User", "created": "2010-01-23T04:56:22Z", "version": 'W/"a"'},
    **enterprise(department="Tours", manager={"value": "M1"}),
)


def _holds(text: str, resource: dict[str, Any] = _BABS) -> bool:
    return matches(parse_filter(text, USER), resource)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param('userName eq "BJENSEN"', id="a name in another case"),
        pytest.param('name.familyName eq "GROSS"', id="a letter that folds to two"),
        pytest.param('name.givenName eq "zoe\u0301"', id="a letter composed otherwise"),
        pytest.param('externalId eq "bJensen"', id="an exact name"),
        pytest.param('title co "tour" and title sw "TOUR" and title ew "guide"', id="parts"),
        pytest.param('title gt "Tour" and title lt "towel"', id="lexicographic order"),
        pytest.param('title ge "tour guide" and title le "tour guide"', id="or equal"),
        pytest.param("active eq true", id="a boolean"),
        pytest.param('emails.type eq "home"', id="any element"),
        pytest.param('emails co "@jensen"', id="any value"),
        pytest.param('emails[type eq "work" and value co "@example"]', id="one element at once"),
        pytest.param('groups eq "G1"', id="a group"),
        pytest.param('manager eq "M1"', id="a manager"),
        pytest.param('meta.created eq "2010-01-23T05:56:22+01:00"', id="an instant elsewhere"),
        pytest.param('meta.created gt "2010-01-23T04:56:21.9Z"', id="a moment before"),
        pytest.param('meta.created sw "2010-01"', id="a date as text"),
        pytest.param('schemas eq "urn:ietf:params:scim:schemas:core:2.0:User"', id="a schema"),
        pytest.param("emails pr and name pr and emails.primary pr", id="presence"),
        pytest.param('locale ne "en"', id="unassigned is not equal"),
        pytest.param("locale eq null and not (title eq null)", id="null is unassigned"),
        pytest.param("title ne null", id="not null"),
        pytest.param('not (locale eq "en" or locale sw "e")', id="not"),
        pytest.param('schemas[value ew ":User"]', id="an element of a simple attribute"),
    ],
)
def test_a_filter_holds(text: str) -> None:
    assert _holds(text)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param('externalId eq "bjensen"', id="an exact name in another case"),
        pytest.param('groups.value eq "g1"', id="an id in another case"),
        pytest.param('emails[type eq "work" and value co "@jensen"]', id="two elements at once"),
        pytest.param('emails.type ne "home"', id="not equal to every element"),
        pytest.param("active eq false", id="the other boolean"),
        pytest.param("nickName pr", id="presence of nothing"),
        pytest.param('locale eq "en"', id="equality with unassigned"),
        pytest.param('locale gt "a" or locale le "z" or locale co ""', id="order of unassigned"),
        pytest.param("locale pr", id="presence of unassigned"),
        pytest.param("photos.value pr", id="presence in no element"),
    ],
)
def test_a_filter_does_not_hold(text: str) -> None:
    assert not _holds(text)


def test_an_attribute_that_a_type_lacks_has_no_value() -> None:
    parsed = parse_filter('userName pr or emails.value eq "x"', GROUP, unknown_is_unassigned=True)

    assert not matches(parsed, {"displayName": "G", "members": [{"value": "1"}]})


_attributes = st.sampled_from(["title", "userName", "emails", "emails.type", "name.givenName"])
_literals = st.sampled_from(['"a"', '"A"', '"b"', "null"])


@given(users, _attributes, _literals)
def test_ne_is_not_eq(resource: dict[str, Any], attribute: str, literal: str) -> None:
    is_equal = _holds(f"{attribute} eq {literal}", resource)

    assert _holds(f"{attribute} ne {literal}", resource) is not is_equal
    assert _holds(f"not ({attribute} eq {literal})", resource) is not is_equal


@given(users, _attributes)
def test_what_is_equal_to_something_is_present(resource: dict[str, Any], attribute: str) -> None:
    if _holds(f'{attribute} eq "a"', resource):
        assert _holds(f"{attribute} pr", resource)
