"""Filters against the evaluator of scim2-models, an implementation of others."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.examples import examples
from support.filter_texts import filters
from support.scim2_oracle import Oracle
from support.specimens import SPECIMEN, specimens

from scim.errors import InvalidFilterError
from scim.evaluation import matches
from scim.filters import parse_filter
from scim.profile import STRICT

ORACLE = Oracle(SPECIMEN)
MINIMAL = {"schemas": [SPECIMEN.schema.id], "id": "s-1", "word": "a"}


def holds(text: str, resource: dict[str, Any]) -> bool:
    return matches(parse_filter(text, SPECIMEN, profile=STRICT), resource)


@examples(400)
@given(st.lists(specimens, min_size=1, max_size=2), st.lists(filters(), min_size=2, max_size=4))
def test_a_filter_holds_for_what_it_holds_for_by_scim2_models(
    resources: list[dict[str, Any]], texts: list[str]
) -> None:
    for resource in resources:
        read = ORACLE.read(resource)
        for text in texts:
            assert (text, holds(text, resource)) == (text, ORACLE.holds(text, read))


@pytest.mark.parametrize(
    ("text", "attributes", "ours", "theirs"),
    [
        pytest.param(
            'seen sw "2011-05"',
            {"seen": "2011-05-13T04:42:34Z"},
            True,
            False,
            id="parts of a date: they are of its text, RFC 7644 table 3 allows all for dateTime",
        ),
        pytest.param(
            "parts.type eq null",
            {"parts": [{"value": "a"}, {"value": "b", "type": "work"}]},
            False,
            True,
            id="null and several values: unassigned is what has none, RFC 7643 section 2.5",
        ),
        pytest.param(
            'seen eq "2011-05-13T04:42:34"',
            {"seen": "2011-05-13T04:42:34Z"},
            True,
            False,
            id="a date without a zone: it is in UTC, RFC 7643 section 2.3.5 has no other",
        ),
    ],
)
def test_a_known_difference_is_one(
    text: str, attributes: dict[str, Any], *, ours: bool, theirs: bool
) -> None:
    resource = {**MINIMAL, **attributes}

    assert (holds(text, resource), ORACLE.holds(text, ORACLE.read(resource))) == (ours, theirs)


def test_one_complex_value_can_be_selected_from_by_us_alone() -> None:
    """RFC 7644 figure 1 has a value path for any attribute, and section 3.5.2 for several values.

    So in a filter we take it for either.
    """
    text = 'home[street eq "a" and count eq 1]'

    assert holds(text, {**MINIMAL, "home": {"street": "A", "count": 1}})
    assert ORACLE.refuses(text)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param('count co "1"', id="parts of a number"),
        pytest.param('size eq "1.5"', id="a number in quotes"),
        pytest.param('flag eq "true"', id="a boolean in quotes"),
        pytest.param("word gt null", id="the order of null"),
        pytest.param("home eq 1", id="a complex value without a value"),
    ],
)
def test_what_can_never_hold_is_refused_by_us_alone(text: str) -> None:
    """RFC 7644 table 9: the attribute and filter comparison combination is not supported."""
    with pytest.raises(InvalidFilterError):
        parse_filter(text, SPECIMEN, profile=STRICT)
    assert not ORACLE.refuses(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "word",
        "word eq",
        "word eq a",
        "word eq 'a'",
        'word eq "a" and',
        'word eq "a" or or code pr',
        '(word eq "a"',
        'word eq "a")',
        'not word eq "a"',
        "not pr",
        'parts[type eq "work"',
        'parts[parts[type eq "work"]]',
        'parts.type[value eq "a"]',
        "parts[]",
        'word xx "a"',
        "flag gt true",
        'flag co "t"',
        'blob gt "YQ=="',
        'blob sw "YQ=="',
        "shoeSize pr",
        'parts.shoeSize eq "a"',
        'parts[shoeSize eq "a"]',
        "urn:example:schemas:2.0:Nobody:word pr",
        'word eq "\\x"',
        'seen gt "yesterday"',
        "size eq 01",
        "size eq .5",
        "size eq 1.",
        'count gt "one"',
        'word..a eq "a"',
        '1word eq "a"',
    ],
)
def test_what_scim2_models_refuses_we_refuse(text: str) -> None:
    assert ORACLE.refuses(text)
    with pytest.raises(InvalidFilterError):
        parse_filter(text, SPECIMEN, profile=STRICT)
