"""The gateway over a real socket; its peers are in memory, behind real gRPC."""

import asyncio
import io
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from support.fake_peers import (
    FakeRegistrar,
    FakeStore,
    RefusedError,
    serving_registrar,
    serving_store,
)
from support.in_process import free_port, serving

from heliograph.common.v1.failure_pb2 import Failure
from heliograph.resource.v1 import resource_pb2
from scim.messages import (
    BULK_REQUEST,
    ERROR,
    LIST_RESPONSE,
    PATCH_OP,
    SEARCH_REQUEST,
    USER_SCHEMA,
)
from scim_gateway.adapters.resource_store import GrpcResourceStore
from scim_gateway.app import NAME, build
from scim_gateway.domain.resources import ResourceRef
from scim_gateway.settings import Settings
from servicekit.channels import open_channel
from servicekit.endpoints import unix_endpoint

TOKEN = "a-token-of-scope-scim"
MEDIA_TYPE = "application/scim+json"
ANN = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "ann", "title": "Dr"}
TRACEPARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def error(self) -> tuple[int, str | None]:
        """The status and scimType, when it is a SCIM error to the letter."""
        body = self.json
        assert self.headers["content-type"] == MEDIA_TYPE
        assert body["schemas"] == [ERROR]
        assert body["status"] == str(self.status)
        assert body["detail"]
        return self.status, body.get("scimType")


@dataclass
class Gateway:
    origin: str
    store: FakeStore
    registrar: FakeRegistrar
    session: aiohttp.ClientSession
    peers: AsyncExitStack

    async def ask(
        self, method: str, path: str, body: Any = None, *, token: str | None = TOKEN, **headers: str
    ) -> Answer:
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        if token is not None:
            given["Authorization"] = f"Bearer {token}"
        if body is not None:
            given.setdefault("Content-Type", MEDIA_TYPE)
            body = io.BytesIO(body if isinstance(body, bytes) else json.dumps(body).encode())
        url = f"{self.origin}/scim/v2{path}"
        async with self.session.request(method, url, data=body, headers=given) as answer:
            headers = {name.lower(): value for name, value in answer.headers.items()}
            return Answer(answer.status, headers, await answer.read())

    async def create(self, body: dict[str, Any] = ANN, endpoint: str = "/Users") -> Answer:
        answer = await self.ask("POST", endpoint, body)
        assert answer.status == 201
        return answer


@asynccontextmanager
async def configured(settings: Settings) -> AsyncIterator[Gateway]:
    """Run a gateway of these settings."""
    store, registrar = FakeStore(), FakeRegistrar(scopes={TOKEN: {"scim"}, "other": {"ssf.read"}})
    async with AsyncExitStack() as peers, AsyncExitStack() as stack:
        await peers.enter_async_context(serving_store(settings, store))
        await stack.enter_async_context(serving_registrar(settings, registrar))
        origin = await stack.enter_async_context(serving(NAME, settings, build))
        session = await stack.enter_async_context(aiohttp.ClientSession())
        yield Gateway(origin, store, registrar, session, peers)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path / "data", port=free_port())


@pytest.fixture
async def gateway(settings: Settings) -> AsyncIterator[Gateway]:
    async with configured(settings) as gateway:
        yield gateway


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(10):
        while not await condition():  # noqa: ASYNC110  the condition is behind HTTP
            await asyncio.sleep(0.01)


async def test_a_created_resource_comes_back_with_its_location_and_version(
    gateway: Gateway,
) -> None:
    answer = await gateway.ask("POST", "/Users", ANN)

    location = f"{gateway.origin}/scim/v2/Users/id-1"
    assert answer.status == 201
    assert answer.headers["content-type"] == MEDIA_TYPE
    assert answer.headers["location"] == location
    assert answer.headers["etag"] == 'W/"1-fake"'
    assert answer.json == {
        **ANN,
        "id": "id-1",
        "meta": {
            "resourceType": "User",
            "created": "2023-11-14T22:13:20.123Z",
            "lastModified": "2023-11-14T22:13:20.123Z",
            "version": 'W/"1-fake"',
            "location": location,
        },
    }


async def test_a_resource_is_read_as_it_was_created(gateway: Gateway) -> None:
    created = await gateway.create()

    read = await gateway.ask("GET", "/Users/id-1")

    assert (read.status, read.body) == (200, created.body)
    assert read.headers["etag"] == created.headers["etag"]
    assert read.headers["location"] == created.headers["location"]


async def test_head_is_get_without_the_body(gateway: Gateway) -> None:
    created = await gateway.create()

    head = await gateway.ask("HEAD", "/Users/id-1")

    assert (head.status, head.body) == (200, b"")
    assert head.headers["content-length"] == str(len(created.body))
    assert head.headers["etag"] == created.headers["etag"]


async def test_every_endpoint_that_has_get_has_head(gateway: Gateway) -> None:
    await gateway.create()

    for path in (
        *("", "/", "/Users", "/Users/id-1", "/Groups", "/ServiceProviderConfig"),
        *("/ResourceTypes", "/ResourceTypes/User", "/Schemas", f"/Schemas/{USER_SCHEMA}"),
    ):
        head, get = await gateway.ask("HEAD", path), await gateway.ask("GET", path)
        assert (path, head.status, head.body) == (path, 200, b"")
        assert head.headers["content-length"] == str(len(get.body))
        assert head.headers["content-type"] == get.headers["content-type"]


async def test_head_of_what_is_not_there_has_the_errors_status_alone(gateway: Gateway) -> None:
    unknown = await gateway.ask("HEAD", "/Users/nobody")
    search = await gateway.ask("HEAD", "/.search")

    assert (unknown.status, unknown.body) == (404, b"")
    assert (search.status, search.body, search.headers["allow"]) == (405, b"", "POST")


async def test_a_resource_that_the_client_holds_is_not_sent_again(gateway: Gateway) -> None:
    created = await gateway.create()

    answer = await gateway.ask("GET", "/Users/id-1", If_None_Match=created.headers["etag"])

    assert (answer.status, answer.body) == (304, b"")
    assert answer.headers["etag"] == created.headers["etag"]
    assert "content-type" not in answer.headers


async def test_a_resource_can_be_replaced_patched_and_deleted(gateway: Gateway) -> None:
    await gateway.create()
    patch = {"schemas": [PATCH_OP], "Operations": [{"op": "add", "value": {"title": "Prof"}}]}

    replaced = await gateway.ask("PUT", "/Users/id-1", {**ANN, "userName": "anna"})
    patched = await gateway.ask("PATCH", "/Users/id-1", patch)
    deleted = await gateway.ask("DELETE", "/Users/id-1")
    gone = await gateway.ask("GET", "/Users/id-1")

    assert (replaced.status, replaced.json["userName"]) == (200, "anna")
    assert (patched.status, patched.json["title"]) == (200, "Prof")
    assert patched.headers["etag"] == 'W/"3-fake"'
    assert (deleted.status, deleted.body) == (204, b"")
    assert gone.error == (404, None)


async def test_conditions_and_trace_context_reach_the_store(gateway: Gateway) -> None:
    await gateway.create()

    await gateway.ask("PUT", "/Users/id-1", ANN, If_Match='W/"1-fake"', traceparent=TRACEPARENT)
    await gateway.ask("DELETE", "/Users/id-1", If_Match="*")

    _, put, delete = gateway.store.writes
    assert (put.replace.if_match, put.traceparent) == ('W/"1-fake"', TRACEPARENT)
    assert delete.delete.if_match == "*"
    assert len({operation.txn for operation in gateway.store.writes}) == 3
    assert {operation.tenant for operation in gateway.store.writes} == {"default"}
    assert not put.strict


async def test_a_version_that_is_gone_fails_a_conditional_read(gateway: Gateway) -> None:
    await gateway.create()

    answer = await gateway.ask("GET", "/Users/id-1", If_Match='"other"')

    assert answer.error == (412, None)


async def test_attributes_and_excluded_attributes_narrow_every_answer(gateway: Gateway) -> None:
    created = await gateway.ask("POST", "/Users?attributes=title", ANN)
    read = await gateway.ask("GET", "/Users/id-1?attributes=userName")
    listed = await gateway.ask("GET", "/Users?excludedAttributes=meta,groups,title")

    shown = {"schemas": ANN["schemas"], "id": "id-1"}
    assert created.json == {**shown, "title": "Dr"}
    assert read.json == {**shown, "userName": "ann"}
    assert listed.json["Resources"] == [{**shown, "userName": "ann"}]
    assert gateway.store.writes[0].omitted_attributes == ["members", "groups"]
    assert gateway.store.reads[0].omitted_attributes == ["members", "groups"]
    assert "groups" in gateway.store.searches[0].omitted_attributes


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


@pytest.mark.parametrize(
    ("method", "path", "body", "error"),
    [
        pytest.param("POST", "/Users", b'{"a":', (400, "invalidSyntax"), id="broken JSON"),
        pytest.param("POST", "/Users", b"[]", (400, "invalidSyntax"), id="no object"),
        pytest.param("POST", "/.search", b"{}", (400, "invalidSyntax"), id="no SearchRequest"),
        pytest.param("GET", "/Users?count=x", None, (400, "invalidValue"), id="no number"),
        pytest.param("GET", "/Users/none", None, (404, None), id="no such resource"),
        pytest.param("DELETE", "/Users/none", None, (404, None), id="no such resource to delete"),
        pytest.param("GET", "/Devices", None, (404, None), id="no such endpoint"),
        pytest.param("GET", "/Users/1/emails", None, (404, None), id="below a resource"),
        pytest.param("GET", "/../v1/Users", None, (400, "invalidVers"), id="version 1"),
        pytest.param("GET", "/../Users", None, (404, None), id="no version"),
        pytest.param("GET", "/Me", None, (501, None), id="Me"),
        pytest.param("POST", "/Bulk", b"{}", (400, "invalidSyntax"), id="Bulk of nothing"),
        pytest.param("GET", "/Schemas?filter=x", None, (403, None), id="a filter on schemas"),
        pytest.param("GET", "/Schemas/urn:x", None, (404, None), id="no such schema"),
        pytest.param("GET", "/ResourceTypes/x", None, (404, None), id="no such resource type"),
    ],
)
async def test_a_bad_request_has_a_scim_error(
    gateway: Gateway, method: str, path: str, body: bytes | None, error: tuple[int, str | None]
) -> None:
    answer = await gateway.ask(method, path, body)

    assert answer.error == error


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/Users", "GET, HEAD, POST"),
        ("POST", "/Users/1", "DELETE, GET, HEAD, PATCH, PUT"),
        ("GET", "/Users/.search", "POST"),
        ("DELETE", "/Schemas", "GET, HEAD"),
        ("POST", "/ServiceProviderConfig", "GET, HEAD"),
        ("GET", "/Bulk", "POST"),
    ],
)
async def test_a_wrong_method_is_told_the_right_ones(
    gateway: Gateway, method: str, path: str, allowed: str
) -> None:
    answer = await gateway.ask(method, path)

    assert answer.error == (405, None)
    assert answer.headers["allow"] == allowed


async def test_other_media_types_are_refused(gateway: Gateway) -> None:
    answer = await gateway.ask("POST", "/Users", b"userName=ann", Content_Type="text/plain")

    assert answer.error == (415, None)


async def test_a_failure_of_the_store_tells_its_path_and_clause(gateway: Gateway) -> None:
    gateway.store.failure = Failure(
        reason="UNIQUENESS",
        detail="the value is in use",
        attribute_path="userName",
        clause="RFC 7644 section 3.3",
    )

    answer = await gateway.ask("POST", "/Users", ANN)

    assert answer.error == (409, "uniqueness")
    assert answer.json["detail"] == "userName: the value is in use (RFC 7644 section 3.3)"


async def test_a_refused_search_is_an_error_of_its_reason(gateway: Gateway) -> None:
    gateway.store.refusal = RefusedError("INVALID_FILTER")

    answer = await gateway.ask("GET", "/Users?filter=bad")

    assert answer.error == (400, "invalidFilter")


async def test_an_unknown_failure_is_a_500_that_tells_nothing(gateway: Gateway) -> None:
    gateway.store.failure = Failure(reason="SURPRISE", detail="a secret")

    answer = await gateway.ask("GET", "/Users/1")

    assert answer.error == (500, None)
    assert b"secret" not in answer.body


async def test_a_request_without_a_token_is_challenged(gateway: Gateway) -> None:
    answer = await gateway.ask("GET", "/Users/1", token=None)

    assert answer.error == (401, None)
    assert answer.headers["www-authenticate"] == 'Bearer realm="heliograph"'


async def test_an_unknown_token_is_challenged(gateway: Gateway) -> None:
    answer = await gateway.ask("POST", "/Users", ANN, token="unknown")

    assert answer.error == (401, None)
    assert 'error="invalid_token"' in answer.headers["www-authenticate"]
    assert gateway.store.writes == []


async def test_a_token_of_another_scope_is_refused(gateway: Gateway) -> None:
    answer = await gateway.ask("GET", "/Users", token="other")

    assert answer.error == (403, None)
    assert 'scope="scim"' in answer.headers["www-authenticate"]


async def test_a_revoked_token_is_forgotten(gateway: Gateway) -> None:
    async with asyncio.timeout(10):
        await gateway.registrar.following.wait()
    known = await gateway.ask("GET", "/Users")

    gateway.registrar.revoke(TOKEN)

    async def is_refused() -> bool:
        return (await gateway.ask("GET", "/Users")).status == 401

    assert known.status == 200
    await until(is_refused)


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


async def test_a_restart_of_the_store_goes_unnoticed(gateway: Gateway, settings: Settings) -> None:
    await gateway.create()
    await gateway.peers.aclose()

    waiting = [
        asyncio.ensure_future(gateway.ask("GET", "/Users/id-1")),
        asyncio.ensure_future(gateway.ask("POST", "/Users", ANN)),
        asyncio.ensure_future(gateway.ask("GET", "/Users")),
    ]
    done, _ = await asyncio.wait(waiting, timeout=0.3)
    await gateway.peers.enter_async_context(serving_store(settings, gateway.store))
    answers = await asyncio.gather(*waiting)

    assert done == set()
    assert [answer.status for answer in answers] == [200, 201, 200]


async def test_many_requests_at_once_are_all_answered(gateway: Gateway) -> None:
    names = [f"user-{number}" for number in range(200)]

    created = await asyncio.gather(
        *(gateway.ask("POST", "/Users", {**ANN, "userName": name}) for name in names)
    )
    read = await asyncio.gather(
        *(gateway.ask("GET", f"/Users/{answer.json['id']}") for answer in created)
    )

    assert [answer.json["userName"] for answer in read] == names


def bulk(count: int) -> dict[str, Any]:
    operations = [
        {"method": "POST", "path": "/Users", "bulkId": str(number), "data": ANN}
        for number in range(count)
    ]
    return {"schemas": [BULK_REQUEST], "Operations": operations}


async def test_a_batch_whose_answer_is_lost_is_recognised_when_it_comes_again(
    gateway: Gateway,
) -> None:
    gateway.store.answers_lost = 1

    answer = await gateway.ask("POST", "/Bulk", bulk(100))

    txns = {operation.txn for operation in gateway.store.writes}
    assert [result["status"] for result in answer.json["Operations"]] == ["201"] * 100
    assert len(gateway.store.resources) == len(txns) == 100
    assert len(gateway.store.writes) > 100


async def test_operations_of_a_store_that_stays_away_ask_for_patience(settings: Settings) -> None:
    impatient = settings.model_copy(update={"scim_patience_seconds": 0.3})
    async with configured(impatient) as gateway:
        await gateway.peers.aclose()

        answer = await gateway.ask("POST", "/Bulk", bulk(100))

    assert answer.status == 200
    assert [result["status"] for result in answer.json["Operations"]] == ["503"] * 100


async def test_a_bulk_request_needs_a_token(gateway: Gateway) -> None:
    answer = await gateway.ask("POST", "/Bulk", bulk(1), token=None)

    assert answer.error == (401, None)
    assert gateway.store.writes == []


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


async def test_metrics_name_routes_and_not_resources(gateway: Gateway) -> None:
    await gateway.create()
    await gateway.ask("GET", "/Users/id-1?filter=secret")

    async with gateway.session.get(f"{gateway.origin}/metrics") as answer:
        metrics = await answer.text()

    assert 'method="GET",route="/scim/v2/Users/{id}",status="200"' in metrics
    assert "id-1" not in metrics
    assert "secret" not in metrics


async def test_readiness_reports_the_peers(gateway: Gateway) -> None:
    async with gateway.session.get(f"{gateway.origin}/readyz") as answer:
        report = await answer.json()

    assert report["checks"] == {"resource-store": True, "ssf-registrar": True}


async def test_a_store_that_stays_away_asks_for_patience(settings: Settings) -> None:
    impatient = settings.model_copy(update={"scim_patience_seconds": 0.3})
    async with configured(impatient) as gateway:
        known = await gateway.create()
        await gateway.peers.aclose()

        answers = [
            await gateway.ask("GET", known.headers["location"].partition("/scim/v2")[2]),
            await gateway.ask("POST", "/Users", ANN),
            await gateway.ask("GET", "/Users"),
            await gateway.ask("GET", "/Schemas"),
        ]

    assert [answer.error for answer in answers] == [(503, None)] * 4
    assert {answer.headers["retry-after"] for answer in answers} == {"2"}


async def test_a_registrar_that_is_away_is_no_reason_to_refuse_a_token(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "data", port=free_port(), scim_patience_seconds=0.3)
    async with serving(NAME, settings, build) as origin, aiohttp.ClientSession() as session:
        gateway = Gateway(origin, FakeStore(), FakeRegistrar(), session, AsyncExitStack())

        answer = await gateway.ask("GET", "/Users")

    assert answer.error == (503, None)


async def test_the_profile_is_a_setting(settings: Settings) -> None:
    async with configured(settings.model_copy(update={"scim_profile": "strict"})) as gateway:
        await gateway.create()
        await gateway.ask("GET", "/Users")

    assert gateway.store.writes[0].strict
    assert gateway.store.searches[0].strict


@pytest.mark.parametrize("size", [2_000, 5_000_000])
@pytest.mark.parametrize("path", ["/Users", "/Bulk"])
async def test_a_body_above_the_limit_is_refused(settings: Settings, path: str, size: int) -> None:
    async with configured(settings.model_copy(update={"scim_max_body_bytes": 1024})) as gateway:
        answer = await gateway.ask("POST", path, {"displayName": "x" * size})
        after = await gateway.ask("POST", "/Users", ANN)

    assert answer.error == (413, None)
    assert "1024 bytes" in answer.json["detail"]
    assert after.status == 201


async def test_a_token_that_asks_too_fast_is_told_to_wait(settings: Settings) -> None:
    rate = {"scim_rate_per_second": 0.001, "scim_rate_burst": 2}
    async with configured(settings.model_copy(update=rate)) as gateway:
        gateway.registrar.scopes["another"] = {"scim"}
        first = [await gateway.ask("GET", "/Users"), await gateway.ask("POST", "/Users", ANN)]

        refused = [await gateway.ask("POST", "/Users", ANN), await gateway.ask("POST", "/Bulk", {})]
        others = await gateway.ask("GET", "/Users", token="another")
        discovery = await gateway.ask("GET", "/Schemas", token=None)

    assert [answer.status for answer in first] == [200, 201]
    assert [answer.error for answer in refused] == [(429, None)] * 2
    assert {answer.headers["retry-after"] for answer in refused} == {"1000"}
    assert (others.status, discovery.status) == (200, 200)
    assert len(gateway.store.writes) == 1


async def test_the_largest_page_is_a_setting_that_clients_are_told(settings: Settings) -> None:
    async with configured(settings.model_copy(update={"scim_max_page_size": 20})) as gateway:
        await gateway.ask("GET", "/Users?count=500")
        answer = await gateway.ask("GET", "/ServiceProviderConfig", token=None)

    assert gateway.store.searches[0].count == 20
    assert answer.json["filter"]["maxResults"] == 20
    assert answer.json["pagination"]["maxPageSize"] == 20
    assert answer.json["pagination"]["defaultPageSize"] == 20
