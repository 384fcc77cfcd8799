"""Queries over a real socket (RFC 7644 section 3.4)."""

import asyncio

import pytest
from support.fake_peers import (
    FakeStore,
    serving_store,
)
from support.running_gateway import (
    ANN,
    MEDIA_TYPE,
    Gateway,
)

from heliograph.resource.v1 import resource_pb2
from scim.messages import (
    LIST_RESPONSE,
    SEARCH_REQUEST,
)
from scim_gateway.adapters.resource_store import GrpcResourceStore
from scim_gateway.domain.resources import ResourceRef
from scim_gateway.settings import Settings
from servicekit.channels import open_channel
from servicekit.endpoints import unix_endpoint


async def test_a_query_gives_one_page(gateway: Gateway) -> None:
    for number in range(3):
        await gateway.create({**ANN, "userName": f"user-{number}"})

    answer = await gateway.ask("GET", '/Users?filter=title eq "Dr"&startIndex=2&count=1&sortBy=id')

    page = answer.json
    names = [resource["userName"] for resource in page.pop("Resources")]
    assert (answer.status, answer.headers["content-type"]) == (200, MEDIA_TYPE)
    assert names == ["user-1"]
    assert page == {
        "schemas": [LIST_RESPONSE],
        "totalResults": 3,
        "startIndex": 2,
        "itemsPerPage": 1,
    }
    assert gateway.store.searches[0].filter == 'title eq "Dr"'


async def test_a_query_without_parameters_has_the_default_page(gateway: Gateway) -> None:
    answer = await gateway.ask("GET", "/Groups")

    asked = gateway.store.searches[0]
    assert (answer.status, answer.json["Resources"]) == (200, [])
    assert (asked.start_index, asked.count, asked.HasField("filter")) == (1, 100, False)
    assert asked.resource_types == ["Group"]


@pytest.mark.parametrize(
    ("path", "types"),
    [("/Users/.search", ["User"]), ("/Groups/.search", ["Group"]), ("/.search", ["User", "Group"])],
)
async def test_a_search_request_searches_the_types_of_its_endpoint(
    gateway: Gateway, path: str, types: list[str]
) -> None:
    await gateway.create()
    await gateway.create({"displayName": "Tour Guides"}, "/Groups")
    request = {"schemas": [SEARCH_REQUEST], "filter": "id pr", "count": 10, "attributes": ["id"]}

    answer = await gateway.ask("POST", path, request)

    asked = gateway.store.searches[0]
    assert (answer.status, answer.json["totalResults"]) == (200, len(types))
    assert (asked.resource_types, asked.filter, asked.count) == (types, "id pr", 10)


@pytest.mark.parametrize("path", ["", "/"])
async def test_the_base_uri_is_queried_across_types(gateway: Gateway, path: str) -> None:
    await gateway.create()

    answer = await gateway.ask("GET", f"{path}?filter=id pr")

    assert answer.json["totalResults"] == 1
    assert gateway.store.searches[0].resource_types == ["User", "Group"]


async def test_resources_that_are_too_much_for_one_message_come_in_several(
    settings: Settings,
) -> None:
    store, ref = FakeStore(), ResourceRef("Group", "1")
    large = resource_pb2.Resource(attributes=b"x" * 9_000_000)
    store.resources["Group", "1"] = large
    async with (
        serving_store(settings, store),
        open_channel(unix_endpoint(settings.data, "resource-store")) as channel,
    ):
        resources = GrpcResourceStore(channel, patience=30)

        read = await asyncio.gather(
            *(resources.read(ref, tenant="default", omitted_attributes=()) for _ in range(10))
        )

    assert [len(resource.attributes) for resource in read] == [9_000_000] * 10
    assert len(store.reads) > 10
