"""Queries of the base URI go through the resources of all types; those of an endpoint do not."""

from urllib.parse import quote

import pytest
from support.scim_client import Client

from scim.messages import SEARCH_REQUEST

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def _found(client: Client, path: str, condition: str) -> tuple[int, list[str]]:
    status, page = await client.ask("GET", f"{path}?filter={quote(condition)}")
    names = [each.get("userName", each["displayName"]) for each in page.get("Resources", [])]
    return status, sorted(names)


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ('displayName eq "guides"', ["ann", "guides"]),
        ('meta.resourceType eq "Group"', ["guides"]),
        ('userName sw "a"', ["ann"]),
        ('not (userName sw "a")', ["guides"]),
        ("members pr or userName pr", ["ann"]),
    ],
)
async def test_what_a_type_does_not_have_is_unassigned_at_the_base_uri(
    client: Client, condition: str, found: list[str]
) -> None:
    await client.create("/Users", userName="ann", displayName="Guides")
    await client.create("/Groups", displayName="guides")

    assert await _found(client, "/", condition) == (200, found)
    assert await _found(client, "", condition) == (200, found)


async def test_what_a_type_does_not_have_is_a_mistake_at_its_own_endpoint(client: Client) -> None:
    assert await _found(client, "/Groups", 'userName sw "a"') == (400, [])


async def test_a_search_of_the_base_uri_is_a_query_of_it(client: Client) -> None:
    """Section 3.4.3."""
    await client.create("/Users", userName="ann")
    await client.create("/Groups", displayName="guides")
    request = {"schemas": [SEARCH_REQUEST], "count": 1, "startIndex": 2}

    _, queried = await client.ask("GET", "/?count=1&startIndex=2")
    _, searched = await client.ask("POST", "/.search", request)

    assert searched == queried
    assert (queried["totalResults"], queried["itemsPerPage"]) == (2, 1)


async def test_a_search_must_say_that_it_is_one(client: Client) -> None:
    status, error = await client.ask("POST", "/.search", {"schemas": [], "count": 1})

    assert (status, error["scimType"]) == (400, "invalidSyntax")
