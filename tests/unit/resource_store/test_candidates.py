"""What indexes tell of a filter."""

import pytest

from resource_store.domain.candidates import (
    AnyOf,
    Candidates,
    GroupsWith,
    Identified,
    Keyed,
    MembersOf,
    candidates,
    mentioned,
)
from resource_store.domain.keys import IndexKey
from scim.filters import parse_filter
from scim.registry import standard_registry

USER, GROUP = standard_registry().resource_types
ADA = Keyed(IndexKey("userName", "ada", unique=True))
ACTIVE = Keyed(IndexKey("active", key=True, unique=False))
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
            '(userName eq "ada" and title pr) or id eq "x"',
            Candidates(AnyOf((ADA, Identified("x"))), exact=False),
        ),
        ('shoeSize eq "44"', Candidates(AnyOf(()), exact=True)),
        ('userName eq "ada" or title pr', None),
        ('not (userName eq "ada")', None),
        ('userName ne "ada"', None),
        ('userName sw "ada"', None),
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
