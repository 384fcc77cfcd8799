"""RFC 9967 section 3: what the ServiceProviderConfig tells of security events."""

import pytest
from support.async_requests import AsyncClient

from scim.messages import SERVICE_PROVIDER_CONFIG_SCHEMA
from secevent.scim_events import ASYNC_RESPONSE, CREATE_FULL, FEED_ADD

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_requests_are_answered_early_when_the_client_asks(client: AsyncClient) -> None:
    config = (await client.ask("GET", "/ServiceProviderConfig")).json

    security_events = config["securityEvents"]
    assert security_events["asyncRequest"] == "request"
    assert {ASYNC_RESPONSE, CREATE_FULL, FEED_ADD} <= set(security_events["eventUris"])


async def test_streams_support_the_events_that_are_told_of(client: AsyncClient) -> None:
    config = (await client.ask("GET", "/ServiceProviderConfig")).json
    stream = await client.ask("POST", f"{client.registrar}/ssf/streams", {"events_requested": []})

    assert set(config["securityEvents"]["eventUris"]) <= set(stream.json["events_supported"])


async def test_the_schema_knows_the_attribute(client: AsyncClient) -> None:
    schema = (await client.ask("GET", f"/Schemas/{SERVICE_PROVIDER_CONFIG_SCHEMA}")).json

    (attribute,) = [each for each in schema["attributes"] if each["name"] == "securityEvents"]
    request, uris = attribute["subAttributes"]
    assert (attribute["mutability"], attribute["returned"]) == ("readOnly", "default")
    assert (request["name"], request["caseExact"]) == ("asyncRequest", False)
    assert request["canonicalValues"] == ["none", "long", "request"]
    assert (uris["name"], uris["multiValued"], uris["caseExact"]) == ("eventUris", True, True)
