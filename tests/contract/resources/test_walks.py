"""Walks by cursors through what a search finds (RFC 9865)."""

import random
from collections.abc import Awaitable, Callable
from typing import Protocol

import pytest
from support.store_driver import StoreDriver

from resource_store.commands.search_resources import Page
from scim.errors import ExpiredCursorError, InvalidCountError, InvalidCursorError

TITLED = 'title eq "Engineer"'
LOOKED_AT = 'title co "gin"'
PEOPLE = 7
HOUR = 3600 * 1_000_000


class SettableTime(Protocol):
    now: int


@pytest.fixture
async def people(store: StoreDriver) -> StoreDriver:
    """Seven engineers (id-0001 to id-0007), and a team of the first."""
    made = [await store.user(f"user-{n}", title="Engineer") for n in range(PEOPLE)]
    await store.group("Team", made[0])
    return store


def ids(page: Page) -> list[str]:
    return [resource.ref.id for resource in page.resources]


async def pages_of(turn: Callable[[str], Awaitable[Page]]) -> list[Page]:
    """Follow the cursors to the end."""
    pages = [await turn("")]
    while pages[-1].next_cursor:
        pages.append(await turn(pages[-1].next_cursor))
    return pages


@pytest.mark.parametrize("text", [None, TITLED, LOOKED_AT], ids=["all", "one key", "looked at"])
async def test_a_walk_comes_by_everything_once(people: StoreDriver, text: str | None) -> None:
    pages = await pages_of(lambda at: people.walk(text, "User", cursor=at, count=3))

    assert [ids(page) for page in pages] == [
        ["id-0001", "id-0002", "id-0003"],
        ["id-0004", "id-0005", "id-0006"],
        ["id-0007"],
    ]
    assert [bool(page.previous_cursor) for page in pages] == [False, True, True]


@pytest.mark.parametrize("text", [None, TITLED, LOOKED_AT], ids=["all", "one key", "looked at"])
async def test_a_walk_goes_back_as_it_came(people: StoreDriver, text: str | None) -> None:
    forth = await pages_of(lambda at: people.walk(text, "User", cursor=at, count=3))

    back = [forth[-1]]
    while at := back[-1].previous_cursor:
        back.append(await people.walk(text, "User", cursor=at, count=3))
    again = await people.walk(text, "User", cursor=back[1].next_cursor, count=3)

    assert [ids(page) for page in back] == [ids(page) for page in reversed(forth)]
    assert ids(again) == ids(forth[-1])


async def test_a_walk_of_all_types_is_in_the_order_of_the_ids(people: StoreDriver) -> None:
    pages = await pages_of(lambda at: people.walk(None, cursor=at, count=5))

    assert [len(page.resources) for page in pages] == [5, 3]
    assert [each for page in pages for each in ids(page)] == [
        f"id-{number:04}" for number in range(1, PEOPLE + 2)
    ]


async def test_a_page_that_is_full_to_the_end_is_the_last(people: StoreDriver) -> None:
    page = await people.walk(None, "User", cursor="", count=PEOPLE)

    assert (len(page.resources), page.next_cursor, page.previous_cursor) == (PEOPLE, "", "")


async def test_a_walk_through_nothing_is_one_empty_page(people: StoreDriver) -> None:
    page = await people.walk('userName eq "nobody"', "User", cursor="")

    assert page == Page(0, ())


async def test_a_count_of_nothing_tells_the_total_whatever_it_takes(people: StoreDriver) -> None:
    page = await people.walk(LOOKED_AT, "User", cursor="", count=0)

    assert page == Page(PEOPLE, ())


async def test_the_total_is_counted_once_and_told_on_each_page(people: StoreDriver) -> None:
    first = await people.walk(None, "User", cursor="", count=3)
    await people.user("joiner")
    second = await people.walk(None, "User", cursor=first.next_cursor, count=3)

    assert (first.total, second.total) == (PEOPLE, PEOPLE)


async def test_a_total_that_no_index_tells_is_left_out(people: StoreDriver) -> None:
    pages = await pages_of(lambda at: people.walk(LOOKED_AT, "User", cursor=at, count=3))

    assert [page.total for page in pages] == [None, None, None]


async def test_a_count_that_is_not_repeated_holds_on(people: StoreDriver) -> None:
    first = await people.walk(None, "User", cursor="", count=3)

    second = await people.walk(
        None, "User", cursor=first.next_cursor, count=100, is_count_chosen=False
    )

    assert ids(second) == ["id-0004", "id-0005", "id-0006"]


async def test_another_count_than_the_first_pages_is_refused(people: StoreDriver) -> None:
    first = await people.walk(None, "User", cursor="", count=3)

    with pytest.raises(InvalidCountError):
        await people.walk(None, "User", cursor=first.next_cursor, count=4)


async def test_a_cursor_is_of_use_to_nobody_and_nothing_else(people: StoreDriver) -> None:
    first = await people.walk("id pr", "User", cursor="", count=3)
    at = first.next_cursor

    others = [
        lambda: people.walk("id pr", "User", cursor=at, count=3, tenant="other"),
        lambda: people.walk("id pr", "User", cursor=at, count=3, principal="another"),
        lambda: people.walk(TITLED, "User", cursor=at, count=3),
        lambda: people.walk(None, "User", cursor=at, count=3),
        lambda: people.walk("id pr", "Group", cursor=at, count=3),
        lambda: people.walk("id pr", cursor=at, count=3),
    ]

    for other in others:
        with pytest.raises(InvalidCursorError):
            await other()
    assert ids(await people.walk("id pr", "User", cursor=at, count=3))[0] == "id-0004"


async def test_a_cursor_that_was_changed_anywhere_is_none(people: StoreDriver) -> None:
    at = (await people.walk(None, "User", cursor="", count=3)).next_cursor
    changed = [
        f"{at[:place]}{'A' if at[place] != 'A' else 'B'}{at[place + 1 :]}"
        for place in range(len(at))
    ]

    for forged in [*changed, at[:-1], at + "A", "x", "%", "A" * 40, "\u00e4"]:
        with pytest.raises(InvalidCursorError):
            await people.walk(None, "User", cursor=forged, count=3)


async def test_a_cursor_lives_for_its_time_from_each_page_on(
    people: StoreDriver, time: SettableTime
) -> None:
    first = await people.walk(None, "User", cursor="", count=3)
    time.now += HOUR
    second = await people.walk(None, "User", cursor=first.next_cursor, count=3)
    time.now += HOUR

    third = await people.walk(None, "User", cursor=second.next_cursor, count=3)

    assert ids(third) == ["id-0007"]
    time.now += 1
    with pytest.raises(ExpiredCursorError):
        await people.walk(None, "User", cursor=second.next_cursor, count=3)


async def test_what_is_deleted_behind_or_ahead_changes_nothing_else(people: StoreDriver) -> None:
    (one, two, three, four, *_) = (await people.search(None, "User")).resources
    first = await people.walk(None, "User", cursor="", count=3)
    for each in (two, three, four):
        await people.delete(each)

    second = await people.walk(None, "User", cursor=first.next_cursor, count=3)
    back = await people.walk(None, "User", cursor=second.previous_cursor, count=3)

    assert ids(second) == ["id-0005", "id-0006", "id-0007"]
    assert (ids(back), back.previous_cursor) == ([one.ref.id], "")


async def test_where_everything_ahead_is_gone_the_way_back_is_open(people: StoreDriver) -> None:
    users = (await people.search(None, "User")).resources
    first = await people.walk(None, "User", cursor="", count=5)
    for each in users[5:]:
        await people.delete(each)

    second = await people.walk(None, "User", cursor=first.next_cursor, count=5)
    back = await people.walk(None, "User", cursor=second.previous_cursor, count=5)

    assert (ids(second), second.next_cursor) == ([], "")
    assert ids(back) == ids(first)


async def test_where_everything_behind_is_gone_the_way_on_is_open(people: StoreDriver) -> None:
    users = (await people.search(None, "User")).resources
    first = await people.walk(None, "User", cursor="", count=3)
    second = await people.walk(None, "User", cursor=first.next_cursor, count=3)
    for each in users[:3]:
        await people.delete(each)

    back = await people.walk(None, "User", cursor=second.previous_cursor, count=3)
    again = await people.walk(None, "User", cursor=back.next_cursor, count=3)

    assert (ids(back), back.previous_cursor) == ([], "")
    assert ids(again) == ids(second)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("text", [None, TITLED, LOOKED_AT], ids=["all", "one key", "looked at"])
async def test_nothing_that_stays_is_skipped_or_given_twice_while_others_write(
    store: StoreDriver, text: str | None, seed: int
) -> None:
    """New ids come before, between and behind those that a walk has been by."""
    chance = random.Random(seed)  # noqa: S311 a test
    numbers = list(range(1, 1000))
    chance.shuffle(numbers)
    store.ids = iter(numbers)
    made = {(await store.user(f"user-{n}", title="Engineer")).ref.id: n for n in range(20)}
    everybody = {each.ref.id: each for each in (await store.search(None, "User")).resources}
    stay = set(made)
    given: list[str] = []
    at, is_first = "", True
    while at or is_first:
        page = await store.walk(text, "User", cursor=at, count=4)
        given += ids(page)
        at, is_first = page.next_cursor, False
        for _ in range(3):
            match chance.randrange(3):
                case 0:
                    joiner = await store.user(f"joiner-{chance.random()}", title="Engineer")
                    everybody[joiner.ref.id] = joiner
                case 1:
                    gone = chance.choice(sorted(everybody))
                    stay.discard(gone)
                    await store.delete(everybody.pop(gone))
                case _:
                    changed = everybody[chance.choice(sorted(everybody))]
                    nick = {"op": "add", "path": "nickName", "value": f"nick-{len(given)}"}
                    await store.patch(changed, nick)

    assert [each for each in given if given.count(each) > 1] == []
    assert stay - set(given) == set()
