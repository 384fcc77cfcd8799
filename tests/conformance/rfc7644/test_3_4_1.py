"""Retrieving a known resource."""

import pytest
from support.scim_client import Client

from scim.messages import ERROR

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_known_resource_is_given_as_it_was_created(client: Client) -> None:
    created = await client.create("/Users", userName="bjensen", externalId="bjensen")

    assert await client.ask("GET", f"/Users/{created['id']}") == (200, created)


async def test_an_unknown_one_is_not_found_and_the_error_names_it(client: Client) -> None:
    status, error = await client.ask("GET", "/Users/2819c223-7f76-453a-919d-413861904646")

    assert (status, error["schemas"], error["status"]) == (404, [ERROR], "404")
    assert "2819c223-7f76-453a-919d-413861904646" in error["detail"]
