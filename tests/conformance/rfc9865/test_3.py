"""Querying resources using HTTP POST."""

from typing import Any

import pytest
from support.scim_client import Client

from scim.messages import SEARCH_REQUEST

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.parametrize("path", ["/Users/.search", "/.search"])
async def test_a_walk_by_search_requests_comes_by_everything_once(
    client: Client, path: str
) -> None:
    await client.create("/Groups", displayName="Team")
    request = {"schemas": [SEARCH_REQUEST], "attributes": ["id"], "count": 2, "cursor": ""}
    pages: list[dict[str, Any]] = []
    while not pages or request["cursor"]:
        _, page = await client.ask("POST", path, request)
        request["cursor"] = page.get("nextCursor", "")
        pages.append(page)

    ids = [found["id"] for page in pages for found in page["Resources"]]
    assert len(ids) == len(set(ids)) == (7 if path == "/.search" else 6)


async def test_a_walk_may_go_on_by_the_other_method(client: Client) -> None:
    _, first = await client.ask("GET", "/Users?cursor&count=4")
    request = {"schemas": [SEARCH_REQUEST], "count": 4, "cursor": first["nextCursor"]}

    status, second = await client.ask("POST", "/Users/.search", request)

    assert (status, len(second["Resources"])) == (200, 2)
