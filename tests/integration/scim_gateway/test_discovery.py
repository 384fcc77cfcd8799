"""Discovery over a real socket (RFC 7644 section 4)."""

from support.running_gateway import Gateway


async def test_discovery_needs_no_token_and_has_locations(gateway: Gateway) -> None:
    base = f"{gateway.origin}/scim/v2"

    types = await gateway.ask("GET", "/ResourceTypes", token=None)
    user = await gateway.ask("GET", "/ResourceTypes/User", token=None)
    schemas = await gateway.ask("GET", "/Schemas", token=None)

    assert [found["name"] for found in types.json["Resources"]] == ["User", "Group"]
    assert user.json["meta"]["location"] == f"{base}/ResourceTypes/User"
    for found in schemas.json["Resources"]:
        assert found["meta"]["location"] == f"{base}/Schemas/{found['id']}"
        alone = await gateway.ask("GET", f"/Schemas/{found['id']}", token=None)
        assert alone.json == found


async def test_the_service_provider_config_tells_what_works(gateway: Gateway) -> None:
    answer = await gateway.ask("GET", "/ServiceProviderConfig", token=None)

    config = answer.json
    assert config["patch"] == {"supported": True}
    assert config["bulk"] == {
        "supported": True,
        "maxOperations": 1000,
        "maxPayloadSize": 10 * 1024 * 1024,
    }
    assert config["filter"] == {"supported": True, "maxResults": 1000}
    assert config["changePassword"] == {"supported": True}
    assert config["sort"] == {"supported": True}
    assert config["etag"] == {"supported": True}
    assert config["pagination"] == {
        "cursor": True,
        "index": True,
        "defaultPaginationMethod": "index",
        "defaultPageSize": 100,
        "maxPageSize": 1000,
        "cursorTimeout": 3600,
    }
    assert [scheme["type"] for scheme in config["authenticationSchemes"]] == ["oauthbearertoken"]
