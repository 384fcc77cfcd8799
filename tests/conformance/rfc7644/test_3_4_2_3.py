"""Sorting."""

import pytest
import pytest_asyncio
from support.scim_client import Client

from scim.messages import SEARCH_REQUEST

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module")
async def people(client: Client) -> Client:
    await client.create("/Users", userName="b", name={"familyName": "Zuse"})
    await client.create("/Users", userName="C", name={"familyName": "abel"})
    await client.create("/Users", userName="a")
    return client


async def _names(client: Client, parameters: str) -> list[str]:
    _, page = await client.ask("GET", f"/Users?{parameters}")
    return [user["userName"] for user in page["Resources"]]


async def test_people_are_sorted_without_case_and_who_has_no_value_is_last(people: Client) -> None:
    assert await _names(people, "sortBy=userName") == ["a", "b", "C"]
    assert await _names(people, "sortBy=name.familyName&sortOrder=ascending") == ["C", "b", "a"]
    assert await _names(people, "sortBy=name.familyName&sortOrder=descending") == ["a", "b", "C"]


async def test_a_search_request_sorts_and_pages_too(people: Client) -> None:
    request = {
        "schemas": [SEARCH_REQUEST],
        "sortBy": "userName",
        "sortOrder": "descending",
        "cursor": "",
        "count": 2,
    }
    _, first = await people.ask("POST", "/Users/.search", request)
    _, second = await people.ask(
        "POST", "/Users/.search", {**request, "cursor": first["nextCursor"]}
    )
    changed, error = await people.ask(
        "POST",
        "/Users/.search",
        {**request, "sortBy": "displayName", "cursor": first["nextCursor"]},
    )

    names = [user["userName"] for page in (first, second) for user in page["Resources"]]
    assert names == ["C", "b", "a"]
    assert (changed, error["scimType"]) == (400, "invalidCursor")


@pytest.mark.parametrize(
    ("parameters", "answer"),
    [
        ("sortBy=shoeSize", (400, "invalidValue")),
        ("sortBy=name", (400, "invalidValue")),
        ("sortBy=", (400, "invalidValue")),
        ("sortBy=userName&sortOrder=up", (400, "invalidValue")),
        ("sortBy=password", (403, "sensitive")),
    ],
)
async def test_what_cannot_be_sorted_by_is_refused(
    people: Client, parameters: str, answer: tuple[int, str]
) -> None:
    status, error = await people.ask("GET", f"/Users?{parameters}")

    assert (status, error["scimType"]) == answer
