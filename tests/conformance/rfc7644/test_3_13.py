"""Versions of the protocol in the base URI."""

import aiohttp
import pytest
from support.scim_client import Client

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.parametrize("version", ["v1", "v1/Users", "v3/Users/2819c223", "v20/Schemas"])
async def test_another_version_than_2_is_refused(client: Client, version: str) -> None:
    other = client.base_uri.removesuffix("v2") + version
    async with aiohttp.ClientSession() as session, session.get(other) as answer:
        error = await answer.json(content_type=None)

    assert (answer.status, error["scimType"]) == (400, "invalidVers")
    assert "/scim/v2" in error["detail"]


async def test_version_2_is_what_locations_name(client: Client) -> None:
    user = await client.create("/Users", userName="bjensen")

    assert user["meta"]["location"] == f"{client.base_uri}/Users/{user['id']}"
    assert client.base_uri.endswith("/v2")
