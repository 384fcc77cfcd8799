"""Querying by POST: the section's example."""

import pytest
from support.scim_client import Client

from scim.messages import LIST_RESPONSE, SEARCH_REQUEST

pytestmark = pytest.mark.asyncio(loop_scope="module")

REQUEST = {
    "schemas": [SEARCH_REQUEST],
    "attributes": ["displayName", "userName"],
    "filter": 'displayName sw "smith"',
    "startIndex": 1,
    "count": 10,
}


async def test_the_example_finds_both_types_and_shows_what_it_asks_for(client: Client) -> None:
    smith = await client.create("/Users", userName="jsmith", displayName="Smith, James", title="Dr")
    smiths = await client.create("/Groups", displayName="Smith Family")
    await client.create("/Users", userName="bjensen", displayName="Babs")

    status, found = await client.ask("POST", "/.search", REQUEST)

    shown = ("schemas", "id", "userName", "displayName")
    expected = [{n: each[n] for n in shown if n in each} for each in (smith, smiths)]
    assert (status, found["schemas"]) == (200, [LIST_RESPONSE])
    assert (found["totalResults"], found["itemsPerPage"], found["startIndex"]) == (2, 2, 1)
    assert sorted(found["Resources"], key=str) == sorted(expected, key=str)


async def test_a_search_below_an_endpoint_is_of_its_type(client: Client) -> None:
    await client.create("/Users", userName="jsmith", displayName="Smith, James")
    await client.create("/Groups", displayName="Smith Family")

    _, found = await client.ask("POST", "/Groups/.search", REQUEST)

    assert [each["displayName"] for each in found["Resources"]] == ["Smith Family"]
