"""The default pagination method."""

import pytest
from support.scim_client import Client

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_query_that_names_neither_method_is_paged_by_index(client: Client) -> None:
    _, page = await client.ask("GET", "/Users?count=2")
    _, config = await client.ask("GET", "/ServiceProviderConfig")

    assert (page["startIndex"], page["totalResults"]) == (1, 6)
    assert "nextCursor" not in page
    assert config["pagination"]["defaultPaginationMethod"] == "index"
