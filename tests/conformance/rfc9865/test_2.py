"""Query parameters and response attributes."""

import re

import pytest
from support.scim_client import Client

from scim.messages import LIST_RESPONSE

pytestmark = pytest.mark.asyncio(loop_scope="module")

ACTIVE = "/Users?filter=active eq true"


async def test_a_walk_goes_from_page_to_page_until_there_is_no_next_cursor(client: Client) -> None:
    _, first = await client.ask("GET", f"{ACTIVE}&cursor&count=2")
    _, second = await client.ask("GET", f"{ACTIVE}&cursor={first['nextCursor']}&count=2")
    _, third = await client.ask("GET", f"{ACTIVE}&cursor={second['nextCursor']}&count=2")

    pages = [first, second, third]
    assert [set(page) - {"schemas", "Resources", "itemsPerPage"} for page in pages] == [
        {"totalResults", "nextCursor"},
        {"totalResults", "nextCursor", "previousCursor"},
        {"totalResults", "previousCursor"},
    ]
    assert [(page["totalResults"], page["itemsPerPage"]) for page in pages] == [
        (5, 2),
        (5, 2),
        (5, 1),
    ]
    assert {page["schemas"][0] for page in pages} == {LIST_RESPONSE}
    names = [user["userName"] for page in pages for user in page["Resources"]]
    assert sorted(names) == [f"user-{number}" for number in range(5)]


async def test_the_previous_cursor_leads_back(client: Client) -> None:
    _, first = await client.ask("GET", f"{ACTIVE}&cursor&count=2")
    _, second = await client.ask("GET", f"{ACTIVE}&cursor={first['nextCursor']}&count=2")

    _, back = await client.ask("GET", f"{ACTIVE}&cursor={second['previousCursor']}&count=2")

    assert back["Resources"] == first["Resources"]
    assert "previousCursor" not in back
    assert "nextCursor" in back


async def test_a_cursor_is_of_unreserved_characters_and_tells_nothing(client: Client) -> None:
    _, page = await client.ask("GET", "/Users?cursor=&count=1")

    assert re.fullmatch(r"[A-Za-z0-9._~-]+", page["nextCursor"])
    assert page["Resources"][0]["id"] not in page["nextCursor"]


async def test_a_count_of_nothing_asks_for_the_total(client: Client) -> None:
    answers = [await client.ask("GET", f"{ACTIVE}&cursor&count={count}") for count in (0, -3)]

    assert (
        answers
        == [
            (
                200,
                {"schemas": [LIST_RESPONSE], "totalResults": 5, "itemsPerPage": 0, "Resources": []},
            )
        ]
        * 2
    )


async def test_a_walk_through_nothing_is_one_page(client: Client) -> None:
    status, page = await client.ask("GET", '/Users?filter=userName eq "nobody"&cursor')

    assert status == 200
    assert page == {
        "schemas": [LIST_RESPONSE],
        "totalResults": 0,
        "itemsPerPage": 0,
        "Resources": [],
    }


async def test_the_total_is_left_out_where_it_would_take_a_look_at_everything(
    client: Client,
) -> None:
    _, page = await client.ask("GET", '/Users?filter=userName co "user-"&cursor&count=2')

    assert "totalResults" not in page
    assert page["itemsPerPage"] == 2


async def test_a_walk_shows_what_is_asked_for(client: Client) -> None:
    _, page = await client.ask("GET", "/Users?cursor&count=1&attributes=userName")

    assert set(page["Resources"][0]) == {"schemas", "id", "userName"}
