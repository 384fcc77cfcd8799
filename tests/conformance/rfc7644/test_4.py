"""Discovery: what there is can be asked for without a token, and filtered by nobody."""

import aiohttp
import pytest
from support.scim_client import Client

from scim.messages import ENTERPRISE_USER_SCHEMA, GROUP_SCHEMA, LIST_RESPONSE, USER_SCHEMA

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_resource_types_and_schemas_are_lists_and_each_is_found_by_its_name(
    client: Client,
) -> None:
    _, types = await client.ask("GET", "/ResourceTypes")
    _, schemas = await client.ask("GET", "/Schemas")

    assert types["schemas"] == schemas["schemas"] == [LIST_RESPONSE]
    assert [each["name"] for each in types["Resources"]] == ["User", "Group"]
    assert {USER_SCHEMA, GROUP_SCHEMA, ENTERPRISE_USER_SCHEMA} <= {
        each["id"] for each in schemas["Resources"]
    }
    for path, listed in (("/ResourceTypes", types), ("/Schemas", schemas)):
        assert listed["totalResults"] == len(listed["Resources"])
        for each in listed["Resources"]:
            assert await client.ask("GET", f"{path}/{each['id']}") == (200, each)
            assert each["meta"]["location"] == f"{client.base_uri}{path}/{each['id']}"


@pytest.mark.parametrize("path", ["/ServiceProviderConfig", "/ResourceTypes", "/Schemas"])
async def test_a_client_that_has_no_token_yet_learns_what_it_needs(
    client: Client, path: str
) -> None:
    async with aiohttp.ClientSession() as nobody, nobody.get(client.base_uri + path) as answer:
        assert answer.status == 200
    status, _ = await client.ask("GET", f"{path}?filter=id pr")
    assert status == 403
    status, _ = await client.ask("DELETE", path)
    assert status == 405
