"""Walks by cursors at the very time of writes (RFC 9865); test_walks.py takes them in turns."""

import asyncio
from collections.abc import Sequence

import pytest
from support.store_driver import StoreDriver

from resource_store.domain.resources import Resource

STAY = 24
WRITES = 30


async def joiners(store: StoreDriver) -> None:
    for number in range(WRITES):
        await store.user(f"joiner-{number}", title="Dr", displayName=f"name-{number % 5}")


async def leavers(store: StoreDriver, leaving: Sequence[Resource]) -> None:
    for each in leaving:
        await store.delete(each)


async def changes(store: StoreDriver, staying: Sequence[Resource]) -> None:
    """Change what nothing is sorted or filtered by."""
    for number in range(WRITES):
        nick = {"op": "add", "path": "nickName", "value": f"nick-{number}"}
        await store.patch(staying[number % STAY], nick)


async def walked(store: StoreDriver, text: str | None, sort_by: str | None) -> list[str]:
    """Go through everybody by small pages; return the ids in the order of their coming."""
    page = await store.walk(text, "User", cursor="", count=3, sort_by=sort_by)
    given = [each.ref.id for each in page.resources]
    while page.next_cursor:
        page = await store.walk(text, "User", cursor=page.next_cursor, count=3, sort_by=sort_by)
        given += [each.ref.id for each in page.resources]
    return given


@pytest.mark.parametrize("sort_by", [None, "displayName"], ids=["by id", "by name"])
@pytest.mark.parametrize("text", [None, 'title co "r"'], ids=["all", "looked at"])
async def test_what_stays_comes_once_and_nothing_comes_twice(
    store: StoreDriver, text: str | None, sort_by: str | None
) -> None:
    made = [
        await store.user(f"user-{number}", title="Dr", displayName=f"name-{number % 5}")
        for number in range(STAY + WRITES)
    ]
    staying, leaving = made[::2][:STAY], [*made[1::2], *made[::2][STAY:]]
    writers = asyncio.gather(joiners(store), leavers(store, leaving), changes(store, staying))

    walks = []
    while not writers.done():
        walks.append(await walked(store, text, sort_by))
    await writers

    for given in walks:
        assert len(given) == len(set(given))
        assert {each.ref.id for each in staying} <= set(given)
    assert walks
