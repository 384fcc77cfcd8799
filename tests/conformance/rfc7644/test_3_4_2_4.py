"""Pagination by index."""

from typing import Any

import pytest
import pytest_asyncio
from support.scim_client import Client

from scim.messages import LIST_RESPONSE

pytestmark = pytest.mark.asyncio(loop_scope="module")

PEOPLE = 5


@pytest_asyncio.fixture(loop_scope="module")
async def people(client: Client) -> Client:
    for number in range(PEOPLE):
        await client.create("/Users", userName=f"user-{number}")
    return client


async def page(client: Client, parameters: str) -> dict[str, Any]:
    status, found = await client.ask("GET", f"/Users?{parameters}")
    assert (status, found["schemas"]) == (200, [LIST_RESPONSE]), found
    assert isinstance(found, dict)
    return found


async def test_pages_follow_each_other_and_each_tells_where_it_is(people: Client) -> None:
    pages = [await page(people, f"startIndex={start}&count=2") for start in (1, 3, 5)]

    assert [each["totalResults"] for each in pages] == [PEOPLE] * 3
    assert [(each["startIndex"], each["itemsPerPage"]) for each in pages] == [
        (1, 2),
        (3, 2),
        (5, 1),
    ]
    names = {user["userName"] for each in pages for user in each["Resources"]}
    assert names == {f"user-{number}" for number in range(PEOPLE)}


async def test_what_is_too_small_counts_as_the_smallest(people: Client) -> None:
    """A startIndex below 1 is 1; a negative count is 0, which asks for the total alone."""
    first, none = await page(people, "startIndex=0&count=1"), await page(people, "count=-1")
    whole, beyond = await page(people, ""), await page(people, "startIndex=9")

    assert (first["startIndex"], first["itemsPerPage"]) == (1, 1)
    assert (none["totalResults"], none["Resources"]) == (PEOPLE, [])
    assert (whole["startIndex"], whole["itemsPerPage"]) == (1, PEOPLE)
    assert (beyond["totalResults"], beyond["Resources"]) == (PEOPLE, [])


@pytest.mark.parametrize("parameters", ["count=ten", "startIndex=1.5"])
async def test_what_is_no_number_is_refused(client: Client, parameters: str) -> None:
    status, error = await client.ask("GET", f"/Users?{parameters}")

    assert (status, error["scimType"]) == (400, "invalidValue")
