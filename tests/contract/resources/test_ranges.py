"""Filters that intervals of an index answer (RFC 7644 section 3.4.2.2)."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from support.store_driver import StoreDriver, patching
from support.stores import StorePlace, opened

from resource_store.domain.own_indexes import with_indexes
from resource_store.domain.resources import StoreIdentity
from scim.messages import ENTERPRISE_USER_SCHEMA
from scim.registry import standard_registry

NUMBER = f"{ENTERPRISE_USER_SCHEMA}:employeeNumber"
NAMES = ("Ada", "adam", "ADB", "a", "zoë", "Zoe\u0308", "z", "z\U0010ffff", "\ud7ff", "\ue000")
NOON = datetime(2027, 1, 15, 8, tzinfo=UTC)


@pytest.fixture
async def people(store: StoreDriver) -> StoreDriver:
    """People with and without a title, an address and a number, changed one after the other."""
    for number, name in enumerate(NAMES):
        await store.user(
            f"{name}-{number}",
            active=[True, False, None][number % 3],
            title=["Engineer", "", "engine driver", None][number % 4],
            emails=[{"value": f"{name}@x"}, {"value": f"b{number}@y"}][: number % 3],
            **{ENTERPRISE_USER_SCHEMA: {"employeeNumber": str(number)}},
        )
    return store


def shown(milliseconds: int) -> str:
    return (NOON + timedelta(milliseconds=milliseconds)).isoformat(timespec="milliseconds")


FILTERS = (
    *(f'userName sw "{prefix}"' for prefix in ("AD", "ada", "zo", "z\U0010ffff", "\ud7ff", "")),
    *(f'userName {how} "ada-0"' for how in ("gt", "ge", "lt", "le")),
    *(f'title {how} "engineer"' for how in ("gt", "ge", "lt", "le")),
    'emails.value sw "b"',
    'emails[value sw "b" and value ew "y"]',
    'emails.value lt "b" and emails.value gt "b"',
    *(f"{path} pr" for path in ("title", "active", "emails.value", NUMBER, "userName")),
    f'{NUMBER} ge "2" and {NUMBER} lt "5"',
    'title pr and userName sw "a"',
    'title pr or userName sw "a"',
    *(f'meta.created {how} "{shown(0)}"' for how in ("eq", "gt", "ge", "lt", "le")),
    *(f'meta.lastModified {how} "{shown(1)}"' for how in ("eq", "gt", "ge", "lt", "le")),
    f'meta.created ge "{shown(0)}" and meta.created lt "{shown(60_000)}"',
    f'meta.created ge "{shown(0)}" and userName sw "a"',
)


@pytest.mark.parametrize("sort_by", [None, "userName", "meta.created", "title"])
async def test_an_index_finds_what_looking_at_each_resource_finds(
    people: StoreDriver, sort_by: str | None
) -> None:
    for text in FILTERS:
        by_index = await people.search(text, "User", sort_by=sort_by)
        by_looking = await people.search(f"not (not ({text}))", "User", sort_by=sort_by)

        found, expected = (
            [each.ref.id for each in page.resources] for page in (by_index, by_looking)
        )
        assert (text, found, by_index.total) == (text, expected, by_looking.total)


async def test_what_an_interval_holds(people: StoreDriver) -> None:
    assert await people.found('userName sw "AD"', "User") == ["id-0001", "id-0002", "id-0003"]
    assert await people.found('userName sw "zoe\u0308"', "User") == ["id-0005", "id-0006"]
    assert await people.found('emails.value sw "b"', "User") == ["id-0003", "id-0006", "id-0009"]
    assert await people.found("title pr", "User") == [f"id-{n:04}" for n in (1, 3, 5, 7, 9)]
    assert await people.found("active pr", "User") == [f"id-{n:04}" for n in (1, 2, 4, 5, 7, 8, 10)]


async def test_what_is_stored_gets_the_indexes_that_are_named(
    place: StorePlace, time: Callable[[], int], ending: asyncio.Event
) -> None:
    us = StoreIdentity(cluster="here2345", epoch="firstepoch")
    own = with_indexes(standard_registry(), ["nickName"])
    async with opened(place, us, now=time, ending=ending) as before:
        ada = await before.user("ada", nickName="Countess")
        await before.user("grace")

    async with opened(place, us, now=time, ending=ending, registry=own) as store:
        assert await store.found("nickName pr", "User") == ["id-0001"]
        rename = patching(ada.ref, {"op": "replace", "path": "nickName", "value": "Lady"})
        await store.written(rename, txn="another")
        assert await store.found('nickName sw "c"', "User") == []
        assert await store.found('nickName sw "L"', "User") == ["id-0001"]

    async with opened(place, us, now=time, ending=ending) as after:
        assert await after.found('nickName sw "l"', "User") == ["id-0001"]
