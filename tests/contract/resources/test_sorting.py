"""The order of what a search finds (RFC 7644 section 3.4.2.3)."""

import random
from typing import Any

import pytest
from support.store_driver import StoreDriver

from resource_store.adapters.sqlite import walking
from resource_store.commands.search_resources import Page
from scim.errors import InvalidValueError, SensitiveError
from scim.messages import ENTERPRISE_USER_SCHEMA

DEPARTMENT = f"{ENTERPRISE_USER_SCHEMA}:department"
PEOPLE: list[dict[str, Any]] = [
    {"userName": "Zoe", "displayName": "b", "emails": [{"value": "m@x"}, {"value": "a@x"}]},
    {"userName": "adam", "name": {"familyName": "ABEL"}, "title": "Dr", "active": True},
    {"userName": "Berta", "name": {"familyName": "abel"}, "displayName": "B", "active": False},
    {"userName": "cora", "name": {"familyName": "\u00c9mile"}, "externalId": "b"},
    {
        "userName": "Dora",
        "externalId": "B",
        "emails": [{"value": "z@x"}, {"value": "B@x", "primary": True}],
        ENTERPRISE_USER_SCHEMA: {"department": "Engines", "manager": {"value": "id-0001"}},
    },
]
"""They have the ids id-0001 to id-0005."""

ORDERS = {
    "id": "1 2 3 4 5",
    "userName": "2 3 4 5 1",
    "USERNAME": "2 3 4 5 1",
    "urn:ietf:params:scim:schemas:core:2.0:User:userName": "2 3 4 5 1",
    "name.familyName": "2 3 4 1 5",
    "displayName": "1 3 2 4 5",
    "externalId": "5 4 1 2 3",
    "title": "2 1 3 4 5",
    "active": "3 2 1 4 5",
    "emails": "5 1 2 3 4",
    "emails.value": "5 1 2 3 4",
    DEPARTMENT: "5 1 2 3 4",
    "department": "5 1 2 3 4",
    f"{ENTERPRISE_USER_SCHEMA}:manager": "5 1 2 3 4",
    "meta.created": "1 2 3 4 5",
    "meta.lastModified": "2 3 4 5 1",
    "groups.value": "2 3 1 4 5",
    "nickName": "1 2 3 4 5",
}


@pytest.fixture
async def people(store: StoreDriver) -> StoreDriver:
    """Five people, the first of whom was changed last; the second and the third are in a team."""
    made = [await store.user(each["userName"], **_without_name(each)) for each in PEOPLE]
    await store.patch(made[0], {"op": "add", "path": "locale", "value": "de"})
    await store.group("Team", made[1], made[2])
    return store


def _without_name(each: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in each.items() if name != "userName"}


def order(page: Page) -> str:
    return " ".join(resource.ref.id.removeprefix("id-000") for resource in page.resources)


@pytest.mark.parametrize(("sort_by", "expected"), ORDERS.items())
async def test_people_are_sorted_and_the_reverse_is_the_reverse(
    people: StoreDriver, sort_by: str, expected: str
) -> None:
    up = await people.search(None, "User", sort_by=sort_by)
    down = await people.search(None, "User", sort_by=sort_by, is_descending=True)

    assert order(up) == expected
    assert order(down) == expected[::-1]
    assert (up.total, down.total) == (5, 5)


@pytest.mark.parametrize(
    "text",
    [
        'userName sw "" and nickName eq null',
        "meta.created pr",
        'id eq "id-0002" or not (id eq "x")',
    ],
)
@pytest.mark.parametrize("sort_by", ["name.familyName", "meta.lastModified", "title"])
async def test_what_a_filter_finds_is_sorted_too(
    people: StoreDriver, text: str, sort_by: str
) -> None:
    pages = [
        await people.search(text, "User", sort_by=sort_by, start_index=start, count=2)
        for start in (1, 3, 5)
    ]

    assert " ".join(map(order, pages)) == ORDERS[sort_by]
    assert {page.total for page in pages} == {5}


@pytest.mark.parametrize("few", [0, 1000], ids=["along the order", "gathered"])
@pytest.mark.parametrize("text", ["active eq true or active eq false", "active eq true or id pr"])
async def test_the_order_is_the_same_by_whichever_way_it_is_made(
    people: StoreDriver, monkeypatch: pytest.MonkeyPatch, few: int, text: str
) -> None:
    monkeypatch.setattr(walking, "_FEW", few)

    page = await people.search(text, "User", sort_by="name.familyName")

    assert order(page) == ("2 3" if "pr" not in text else ORDERS["name.familyName"])


async def test_several_types_are_sorted_together(people: StoreDriver) -> None:
    page = await people.search(None, sort_by="displayName", count=3)
    behind = await people.search(None, sort_by="userName", is_descending=True, count=1)

    assert order(page) == "1 3 6"
    assert order(behind) == "6"


@pytest.mark.parametrize("is_descending", [False, True], ids=["ascending", "descending"])
@pytest.mark.parametrize("sort_by", ORDERS)
async def test_a_walk_is_in_the_order_and_goes_back_in_it(
    people: StoreDriver, sort_by: str, *, is_descending: bool
) -> None:
    async def turn(at: str) -> Page:
        return await people.walk(
            None, "User", cursor=at, count=2, sort_by=sort_by, is_descending=is_descending
        )

    pages = [await turn("")]
    while pages[-1].next_cursor:
        pages.append(await turn(pages[-1].next_cursor))
    back = [pages[-1]]
    while back[-1].previous_cursor:
        back.append(await turn(back[-1].previous_cursor))

    expected = ORDERS[sort_by][::-1] if is_descending else ORDERS[sort_by]
    assert " ".join(map(order, pages)) == expected
    assert " ".join(map(order, reversed(back))) == expected


@pytest.mark.parametrize("is_descending", [False, True], ids=["ascending", "descending"])
@pytest.mark.parametrize("count", [2, 3, 5])
async def test_a_walk_that_looks_at_each_goes_on_behind_those_of_the_same_key(
    store: StoreDriver, count: int, *, is_descending: bool
) -> None:
    made = [
        await store.user(f"user-{n}", title="Dr", displayName=f"name-{n % 3}" if n < 12 else None)
        for n in range(15)
    ]
    names = sorted(range(12), key=lambda n: (n % 3, n))
    expected = [made[n].ref.id for n in [*names, 12, 13, 14]]

    given, at, is_first = [], "", True
    while at or is_first:
        page = await store.walk(
            *('title co "r"', "User"),
            cursor=at,
            count=count,
            sort_by="displayName",
            is_descending=is_descending,
        )
        given += [resource.ref.id for resource in page.resources]
        at, is_first = page.next_cursor, False

    assert given == (expected[::-1] if is_descending else expected)


@pytest.mark.parametrize(
    ("sort_by", "error"),
    [
        ("shoeSize", InvalidValueError),
        ("name", InvalidValueError),
        ("a..b", InvalidValueError),
        ('emails[type eq "work"]', InvalidValueError),
        ("", InvalidValueError),
        ("password", SensitiveError),
    ],
)
async def test_what_cannot_be_sorted_by_is_refused(
    people: StoreDriver, sort_by: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        await people.search(None, "User", sort_by=sort_by)


@pytest.mark.parametrize("seed", range(3))
async def test_a_sorted_walk_under_writes_skips_nothing_that_keeps_its_value(
    store: StoreDriver, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 a test
    names = [f"name-{chance.randrange(6)}" for _ in range(16)]
    made = [
        await store.user(f"user-{number}", displayName=name if number % 4 else None)
        for number, name in enumerate(names)
    ]
    stay, given, at, is_first = {each.ref.id for each in made}, [], "", True
    while at or is_first:
        page = await store.walk(
            None, "User", cursor=at, count=3, sort_by="displayName", is_descending=seed == 1
        )
        given += [resource.ref.id for resource in page.resources]
        at, is_first = page.next_cursor, False
        await store.user(f"joiner-{chance.random()}", displayName=f"name-{chance.randrange(6)}")
        await store.user(f"joiner-{chance.random()}")
        gone = made.pop(chance.randrange(len(made)))
        stay.discard(gone.ref.id)
        await store.delete(gone)

    assert [each for each in given if given.count(each) > 1] == []
    assert stay - set(given) == set()
