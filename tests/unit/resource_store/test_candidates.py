"""What indexes tell of a filter."""

import pytest

from resource_store.domain.candidate_sets import (
    AnyOf,
    Candidates,
    GroupsWith,
    Identified,
    Keyed,
    MembersOf,
    Ranged,
    Timed,
)
from resource_store.domain.candidates import candidates, mentioned
from resource_store.domain.intervals import Interval
from resource_store.domain.keys import IndexKey
from scim.filters import parse_filter
from scim.registry import standard_registry

USER, GROUP = standard_registry().resource_types
ADA = Keyed(IndexKey("userName", "ada", unique=True))
ACTIVE = Keyed(IndexKey("active", key=True, unique=False))
ADAS = Ranged("userName", Interval("ada", "adb"))
WITH_TITLE = Ranged("title", Interval("", includes_low=False))
NOON = 1_800_000_000_000_000
"""2027-01-15T08:00:00Z, in microseconds."""
MAIL = Keyed(IndexKey("emails.value", "a@x", unique=False))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('userName eq "Ada"', Candidates(ADA, exact=True)),
        ('id eq "x"', Candidates(Identified("x"), exact=True)),
        ("active eq true", Candidates(ACTIVE, exact=True)),
        ('groups eq "g"', Candidates(MembersOf("g"), exact=True)),
        ('emails[type eq "work" and value eq "A@x"]', Candidates(MAIL, exact=False)),
        ('active eq true and userName eq "ada"', Candidates(ADA, exact=False)),
        ('title co "x" and userName eq "ada"', Candidates(ADA, exact=False)),
        ('userName eq "ada" or emails eq "a@x"', Candidates(AnyOf((ADA, MAIL)), exact=True)),
        (
            '(userName eq "ada" and nickName pr) or id eq "x"',
            Candidates(AnyOf((ADA, Identified("x"))), exact=False),
        ),
        ('shoeSize eq "44"', Candidates(AnyOf(()), exact=True)),
        ('userName eq "ada" or title pr', Candidates(AnyOf((ADA, WITH_TITLE)), exact=True)),
        ('userName eq "ada" or nickName pr', None),
        ('not (userName eq "ada")', None),
        ('userName ne "ada"', None),
        ('userName co "ada"', None),
        ('userName ew "ada"', None),
        ('userName sw "Ada"', Candidates(ADAS, exact=True)),
        (
            'emails[value sw "a@"]',
            Candidates(Ranged("emails.value", Interval("a@", "aA")), exact=False),
        ),
        (
            'userName gt "ada"',
            Candidates(Ranged("userName", Interval("ada", includes_low=False)), exact=True),
        ),
        (
            'userName le "ada"',
            Candidates(Ranged("userName", Interval(None, "ada", includes_high=True)), exact=True),
        ),
        ("active pr", Candidates(Ranged("active", Interval()), exact=True)),
        ("title pr", Candidates(WITH_TITLE, exact=True)),
        ("emails pr", None),
        ("emails[display pr]", None),
        ("shoeSize pr", Candidates(AnyOf(()), exact=True)),
        (
            'meta.lastModified gt "2027-01-15T08:00:00.123Z"',
            Candidates(Timed("last_modified", Interval(NOON + 124_000)), exact=True),
        ),
        (
            'meta.created ge "2027-01-15T08:00:00Z" and meta.created lt "2027-01-15T08:00:01Z"',
            Candidates(Timed("created", Interval(NOON, NOON + 1_000_000)), exact=True),
        ),
        (
            'meta.created ge "2027-01-15T08:00:00Z" and meta.lastModified pr',
            Candidates(Timed("created", Interval(NOON)), exact=False),
        ),
        (
            'userName ge "ada" and userName lt "b" and userName gt "ada" and userName le "b"',
            Candidates(Ranged("userName", Interval("ada", "b", includes_low=False)), exact=True),
        ),
        (
            'userName ge "ada" and nickName pr and userName lt "adb"',
            Candidates(ADAS, exact=False),
        ),
        (
            'emails.value ge "a" and emails.value lt "b"',
            Candidates(Ranged("emails.value", Interval("a")), exact=False),
        ),
        ('meta.created sw "2027"', None),
        ('title pr and userName sw "ada"', Candidates(ADAS, exact=False)),
        ("userName eq null", None),
        ('nickName eq "ada"', None),
        ('schemas[value eq "x"]', None),
        ('emails[not (value eq "a@x")]', None),
    ],
)
def test_an_index_is_used_where_it_holds_every_match(
    text: str, expected: Candidates | None
) -> None:
    assert candidates(parse_filter(text, USER, unknown_is_unassigned=True), USER) == expected


def test_groups_are_found_by_their_members() -> None:
    found = candidates(parse_filter('members[value eq "x"]', GROUP), GROUP)

    assert found == Candidates(GroupsWith("x"), exact=False)


def test_a_filter_mentions_its_top_level_attributes() -> None:
    text = 'not (groups.display co "x") and (emails[type eq "work"] or meta.created pr)'

    assert mentioned(parse_filter(text, USER)) == {"groups", "emails", "meta"}
