"""The service provider's configuration, with the members of the RFC's example."""

from pathlib import Path

import aiohttp
import pytest
from support.scim_client import Client, scim_client
from support.scim_services import serving_scim

from scim.messages import MEDIA_TYPE

pytestmark = pytest.mark.asyncio(loop_scope="module")

_SCHEMA = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"
_OF_THE_EXAMPLE = {
    "patch": {"supported"},
    "bulk": {"supported", "maxOperations", "maxPayloadSize"},
    "filter": {"supported", "maxResults"},
    "changePassword": {"supported"},
    "sort": {"supported"},
    "etag": {"supported"},
}
_OF_A_SCHEME = {"name", "description", "specUri", "documentationUri", "type", "primary"}


async def test_the_configuration_says_what_the_example_says(client: Client) -> None:
    status, config = await client.ask("GET", "/ServiceProviderConfig")

    assert (status, config["schemas"]) == (200, [_SCHEMA])
    assert {name: set(config[name]) for name in _OF_THE_EXAMPLE} == _OF_THE_EXAMPLE
    assert all(config[name]["supported"] for name in _OF_THE_EXAMPLE)
    assert config["meta"]["resourceType"] == "ServiceProviderConfig"
    assert config["meta"]["location"] == f"{client.base_uri}/ServiceProviderConfig"


async def test_whoever_has_no_token_yet_learns_how_to_show_one(client: Client) -> None:
    async with (
        aiohttp.ClientSession() as nobody,
        nobody.get(f"{client.base_uri}/ServiceProviderConfig") as answer,
    ):
        config = await answer.json(content_type=MEDIA_TYPE)

    schemes = config["authenticationSchemes"]
    assert [each["type"] for each in schemes] == ["oauthbearertoken"]
    assert all({"name", "description"} <= set(each) <= _OF_A_SCHEME for each in schemes)


async def test_limits_are_those_that_hold(tmp_path: Path) -> None:
    given = {"scim_bulk_max_operations": "7", "scim_max_page_size": "5"}
    async with (
        serving_scim(tmp_path, **given) as base_uri,
        scim_client(base_uri) as client,
    ):
        _, config = await client.ask("GET", "/ServiceProviderConfig")

    assert config["bulk"]["maxOperations"] == 7
    assert config["filter"]["maxResults"] == 5
