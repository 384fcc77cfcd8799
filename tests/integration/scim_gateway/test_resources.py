"""Resources over a real socket; the gateway's peers are in memory, behind real gRPC."""

from support.running_gateway import ANN, MEDIA_TYPE, TRACEPARENT, Gateway

from scim.messages import (
    PATCH_OP,
    USER_SCHEMA,
)


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
    assert put.profile == "tolerant"


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
