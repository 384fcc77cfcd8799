"""The service provider's configuration."""

import pytest
from support.scim_client import Client

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_the_configuration_tells_how_pages_are_made(client: Client) -> None:
    _, config = await client.ask("GET", "/ServiceProviderConfig")
    _, page = await client.ask("GET", "/Users?cursor")

    pagination = config["pagination"]
    assert pagination == {
        "cursor": True,
        "index": True,
        "defaultPaginationMethod": "index",
        "defaultPageSize": 100,
        "maxPageSize": 1000,
        "cursorTimeout": 3600,
    }
    assert pagination["maxPageSize"] <= config["filter"]["maxResults"]
    assert page["itemsPerPage"] <= pagination["defaultPageSize"]
