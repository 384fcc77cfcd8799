"""Pagination errors."""

import pytest
from support.scim_client import Client

from scim.messages import SEARCH_REQUEST

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def _cursor(client: Client, query: str = "count=2") -> str:
    _, page = await client.ask("GET", f"/Users?cursor&{query}")
    found: str = page["nextCursor"]
    return found


@pytest.mark.parametrize(
    "forged", ["x", "YkU3OF86Pz0rGv", "%00", "a b", "\u00e4", "A" * 5000, "null", "../../x"]
)
async def test_a_cursor_that_was_never_given_is_invalid(client: Client, forged: str) -> None:
    status, error = await client.ask("GET", f"/Users?cursor={forged}")

    assert (status, error["scimType"]) == (400, "invalidCursor")


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("/Groups?count=2&cursor=", id="another endpoint"),
        pytest.param("/?count=2&cursor=", id="the base URI"),
        pytest.param("/Users?count=2&filter=active eq true&cursor=", id="another filter"),
    ],
)
async def test_a_cursor_of_another_query_is_invalid(client: Client, path: str) -> None:
    status, error = await client.ask("GET", path + await _cursor(client))

    assert (status, error["scimType"]) == (400, "invalidCursor")


@pytest.mark.parametrize("count", ["3", "0", "-1", "ten", "1.5", "", "99999"])
async def test_a_count_other_than_the_first_is_invalid(client: Client, count: str) -> None:
    status, error = await client.ask("GET", f"/Users?cursor={await _cursor(client)}&count={count}")

    assert (status, error["scimType"]) == (400, "invalidCount")


async def test_a_count_above_the_limit_is_the_limit_on_every_page(client: Client) -> None:
    status, page = await client.ask("GET", "/Users?cursor&count=99999")

    assert (status, page["itemsPerPage"]) == (200, 6)


async def test_an_index_and_a_cursor_exclude_each_other(client: Client) -> None:
    status, error = await client.ask("GET", "/Users?cursor&startIndex=1")

    assert (status, error["scimType"]) == (400, "invalidValue")


@pytest.mark.parametrize(
    ("members", "scim_type"),
    [
        pytest.param({"cursor": "forged"}, "invalidCursor", id="forged"),
        pytest.param({"cursor": 5}, "invalidCursor", id="a number"),
        pytest.param({"cursor": {}}, "invalidCursor", id="an object"),
        pytest.param({"cursor": "", "count": "2"}, "invalidCount", id="a count as text"),
        pytest.param({"cursor": "", "count": True}, "invalidCount", id="a count as a boolean"),
        pytest.param({"cursor": "", "startIndex": 2}, "invalidValue", id="an index as well"),
    ],
)
async def test_the_same_holds_for_a_search_request(
    client: Client, members: dict[str, object], scim_type: str
) -> None:
    status, error = await client.ask(
        "POST", "/Users/.search", {"schemas": [SEARCH_REQUEST], **members}
    )

    assert (status, error["scimType"]) == (400, scim_type)
