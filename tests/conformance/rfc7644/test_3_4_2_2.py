"""Filters: the examples of figure 2, and the order of operators."""

from typing import Any

import pytest
from support.scim_resources import USER, user

from scim.errors import InvalidFilterError
from scim.evaluation import matches
from scim.filters import parse_filter
from scim.profile import STRICT

_BABS = user(
    title="Tour Guide",
    userType="Employee",
    name={"familyName": "O'Malley"},
    emails=[{"value": "bjensen@example.com", "type": "work"}, {"value": "b@example.org"}],
    meta={"resourceType": "User", "lastModified": "2011-05-13T04:42:34Z"},
)
_JANE = user(
    userName="Jane",
    userType="Intern",
    ims=[{"value": "jane@foo.com", "type": "xmpp"}],
    meta={"resourceType": "User", "lastModified": "2012-01-01T00:00:00Z"},
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('userName Eq "bjensen"', [_BABS]),
        ('name.familyName co "O\'Malley"', [_BABS]),
        ('userName sw "J"', [_JANE]),
        ('urn:ietf:params:scim:schemas:core:2.0:User:userName sw "J"', [_JANE]),
        ("title pr", [_BABS]),
        ('meta.lastModified gt "2011-05-13T04:42:34Z"', [_JANE]),
        ('meta.lastModified ge "2011-05-13T04:42:34Z"', [_BABS, _JANE]),
        ('meta.lastModified lt "2011-05-13T04:42:34Z"', []),
        ('meta.lastModified le "2011-05-13T04:42:34Z"', [_BABS]),
        ('title pr and userType eq "Employee"', [_BABS]),
        ('title pr or userType eq "Intern"', [_BABS, _JANE]),
        ('schemas eq "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"', []),
        (
            'userType eq "Employee" and (emails co "example.com" or emails.value co "example.org")',
            [_BABS],
        ),
        (
            'userType ne "Employee" and not (emails co "example.com" or emails.value co "x.org")',
            [_JANE],
        ),
        ('userType eq "Employee" and (emails.type eq "work")', [_BABS]),
        ('userType eq "Employee" and emails[type eq "work" and value co "@example.com"]', [_BABS]),
        (
            (
                'emails[type eq "work" and value co "@example.com"] or '
                'ims[type eq "xmpp" and value co "@foo.com"]'
            ),
            [_BABS, _JANE],
        ),
    ],
)
def test_the_examples_find_whom_they_mean(text: str, found: list[dict[str, Any]]) -> None:
    parsed = parse_filter(text, USER, profile=STRICT)

    assert [resource for resource in (_BABS, _JANE) if matches(parsed, resource)] == found


@pytest.mark.parametrize(
    ("text", "same"),
    [
        pytest.param(
            "title pr or userType pr and nickName pr",
            "title pr or (userType pr and nickName pr)",
            id="and before or",
        ),
        pytest.param(
            "not (title pr) or userType pr", "(not (title pr)) or userType pr", id="not before or"
        ),
        pytest.param("not(title pr)", "not (title pr)", id="erratum 7319"),
    ],
)
def test_the_order_of_operators(text: str, same: str) -> None:
    assert parse_filter(text, USER, profile=STRICT) == parse_filter(same, USER, profile=STRICT)


@pytest.mark.parametrize("operator", ["gt", "ge", "lt", "le"])
@pytest.mark.parametrize(
    ("attribute", "literal"), [("active", "true"), ("x509Certificates.value", '"Zm9v"')]
)
def test_booleans_and_binaries_have_no_order(attribute: str, operator: str, literal: str) -> None:
    with pytest.raises(InvalidFilterError):
        parse_filter(f"{attribute} {operator} {literal}", USER, profile=STRICT)
