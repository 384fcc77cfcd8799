"""The real store: its gRPC services over a unix socket, its HTTP face, its file on the disk."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from support.in_process import free_port, serving

from heliograph.common.v1 import stamp_pb2
from heliograph.resource.v1 import (
    change_service_pb2,
    change_service_pb2_grpc,
    resource_service_pb2,
    resource_service_pb2_grpc,
    schema_service_pb2,
    schema_service_pb2_grpc,
)
from heliograph.resource.v1.resource_pb2 import ResourceRef
from resource_store.app import NAME, build
from resource_store.settings import Settings
from scim.messages import PATCH_OP, USER_SCHEMA
from servicekit.channels import call, open_channel
from servicekit.endpoints import unix_endpoint
from servicekit.failures import RemoteError

SECONDS = 10.0


@dataclass(frozen=True)
class Peer:
    """A caller of the store."""

    origin: str
    resources: resource_service_pb2_grpc.ResourceServiceStub
    changes: change_service_pb2_grpc.ChangeServiceStub
    schemas: schema_service_pb2_grpc.SchemaServiceStub

    async def write(self, **operation: Any) -> resource_service_pb2.WriteResult:
        written = resource_service_pb2.WriteOperation(
            **{"tenant": "default", "txn": "txn-1", **operation}
        )
        request = resource_service_pb2.WriteResourcesRequest(operations=[written])
        response = await call(self.resources.WriteResources, request, deadline=SECONDS)
        return response.results[0]

    async def changes_after(
        self, cursor: str, *, wait_milliseconds: int = 0
    ) -> change_service_pb2.ReadChangesResponse:
        request = change_service_pb2.ReadChangesRequest(
            cursor=cursor, limit=100, wait_milliseconds=wait_milliseconds
        )
        return await call(self.changes.ReadChanges, request, deadline=60)


@asynccontextmanager
async def running_store(settings: Settings) -> AsyncIterator[Peer]:
    async with (
        serving(NAME, settings, build) as origin,
        open_channel(unix_endpoint(settings.data, NAME)) as channel,
    ):
        yield Peer(
            origin,
            resource_service_pb2_grpc.ResourceServiceStub(channel),
            change_service_pb2_grpc.ChangeServiceStub(channel),
            schema_service_pb2_grpc.SchemaServiceStub(channel),
        )


@pytest.fixture(params=["sqlite", "mongodb"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    in_mongodb = request.param == "mongodb"
    store = request.getfixturevalue("mongo_url") if in_mongodb else "sqlite:"
    return Settings(data=tmp_path, port=free_port() - 4, store=store)


@pytest.fixture
async def store(settings: Settings) -> AsyncIterator[Peer]:
    async with running_store(settings) as peer:
        yield peer


def user(name: str, **attributes: Any) -> resource_service_pb2.CreateResource:
    body = {"schemas": [USER_SCHEMA], "userName": name, **attributes}
    return resource_service_pb2.CreateResource(
        resource_type="User", attributes=json.dumps(body).encode()
    )


async def test_a_created_user_can_be_read_patched_found_and_deleted(store: Peer) -> None:
    made = (await store.write(create=user("ada"))).resource
    patch = {
        "schemas": [PATCH_OP],
        "Operations": [{"op": "add", "path": "title", "value": "Countess"}],
    }

    patched = await store.write(
        txn="txn-2",
        patch=resource_service_pb2.PatchResource(
            ref=made.ref, patch=json.dumps(patch).encode(), if_match=made.version
        ),
    )
    found = await call(
        store.resources.SearchResources,
        resource_service_pb2.SearchResourcesRequest(
            tenant="default",
            resource_types=["User"],
            filter='userName eq "ADA"',
            start_index=1,
            count=10,
        ),
        deadline=SECONDS,
    )
    deleted = await store.write(
        txn="txn-3", delete=resource_service_pb2.DeleteResource(ref=made.ref)
    )
    read = await call(
        store.resources.ReadResources,
        resource_service_pb2.ReadResourcesRequest(
            operations=[resource_service_pb2.ReadOperation(tenant="default", ref=made.ref)]
        ),
        deadline=SECONDS,
    )

    assert list(found.resources) == [patched.resource]
    assert json.loads(patched.resource.attributes)["title"] == "Countess"
    assert deleted.WhichOneof("outcome") == "deleted"
    assert read.results[0].failure.reason == "RESOURCE_NOT_FOUND"


async def test_a_refusal_says_why_where_and_by_which_rule(store: Peer) -> None:
    await store.write(create=user("ada"))

    refused = await store.write(txn="txn-2", create=user("Ada"))

    failure = refused.failure
    assert (failure.reason, failure.attribute_path) == ("UNIQUENESS", "userName")
    assert failure.clause == "RFC 7644 section 3.3"


@pytest.mark.parametrize(
    ("operation", "reason"),
    [
        pytest.param({}, "INVALID_SYNTAX", id="no operation at all"),
        pytest.param(
            {
                "create": resource_service_pb2.CreateResource(
                    resource_type="Device", attributes=b"{}"
                )
            },
            "UNKNOWN_RESOURCE_TYPE",
            id="a resource type that is none",
        ),
        pytest.param(
            {
                "replace": resource_service_pb2.ReplaceResource(
                    ref=ResourceRef(resource_type="User", id="x"),
                    attributes=user("x").attributes,
                )
            },
            "RESOURCE_NOT_FOUND",
            id="a resource that is none",
        ),
        pytest.param(
            {"create": user("ada", active="perhaps")}, "INVALID_VALUE", id="a wrong value"
        ),
        pytest.param(
            {"create": user("ada", shoeSize=44), "profile": "strict"},
            "INVALID_SYNTAX",
            id="an unknown attribute, taken to the letter",
        ),
        pytest.param(
            {"create": user("ada"), "profile": "lenient"},
            "UNKNOWN_PROFILE",
            id="a profile that is none",
        ),
    ],
)
async def test_a_write_that_cannot_be_is_refused(
    store: Peer, operation: dict[str, Any], reason: str
) -> None:
    assert (await store.write(**operation)).failure.reason == reason


async def test_a_search_that_cannot_be_fails_as_a_whole(store: Peer) -> None:
    request = resource_service_pb2.SearchResourcesRequest(
        tenant="default", resource_types=["User"], filter="userName", count=1
    )

    with pytest.raises(RemoteError) as refused:
        await call(store.resources.SearchResources, request, deadline=SECONDS)

    assert refused.value.reason == "INVALID_FILTER"


async def test_a_search_with_a_profile_that_is_none_fails(store: Peer) -> None:
    request = resource_service_pb2.SearchResourcesRequest(
        tenant="default", resource_types=["User"], count=1, profile="lenient"
    )

    with pytest.raises(RemoteError) as refused:
        await call(store.resources.SearchResources, request, deadline=SECONDS)

    assert refused.value.reason == "UNKNOWN_PROFILE"


@pytest.mark.parametrize(
    ("cursor", "reason"), [("nonsense", "INVALID_CURSOR"), ("otherepoch-1", "EPOCH_CHANGED")]
)
async def test_a_cursor_of_no_use_says_so(store: Peer, cursor: str, reason: str) -> None:
    with pytest.raises(RemoteError) as refused:
        await store.changes_after(cursor)

    assert refused.value.reason == reason


async def test_a_waiting_reader_hears_of_a_change_as_it_is_committed(store: Peer) -> None:
    start = (await store.changes_after("")).next_cursor
    waiting = asyncio.create_task(store.changes_after(start, wait_milliseconds=30_000))

    made = (await store.write(create=user("ada"), traceparent="00-abc-def-01")).resource

    (change,) = (await asyncio.wait_for(waiting, SECONDS)).changes
    assert (change.kind, change.activation) == (
        change_service_pb2.CHANGE_KIND_CREATE,
        change_service_pb2.ACTIVATION_UNCHANGED,
    )
    assert (change.ref, change.version_after) == (made.ref, made.version)
    assert (change.traceparent, list(change.lineage)) == (
        "00-abc-def-01",
        [change.origin.cluster],
    )


async def test_what_one_store_tells_another_applies(
    store: Peer, tmp_path_factory: pytest.TempPathFactory
) -> None:
    await store.write(create=user("ada", active=True, password="never told"))
    (told,) = (await store.changes_after("", wait_milliseconds=10_000)).changes
    foreign = change_service_pb2.ForeignChange(
        tenant=told.tenant,
        issuer_group="a",
        txn=told.txn,
        ref=told.ref,
        kind=told.kind,
        version=told.version_after,
        data=told.data,
        origin=told.origin,
        lineage=told.lineage,
    )
    request = change_service_pb2.ApplyChangesRequest(changes=[foreign, foreign])

    other = Settings(data=tmp_path_factory.mktemp("other"), port=free_port() - 4)
    async with running_store(other) as follower:
        applied = await call(follower.changes.ApplyChanges, request, deadline=SECONDS)
        (change,) = (await follower.changes_after("")).changes
    at_home = await call(store.changes.ApplyChanges, request, deadline=SECONDS)

    assert [result.disposition for result in applied.results] == [
        change_service_pb2.DISPOSITION_APPLIED,
        change_service_pb2.DISPOSITION_DUPLICATE,
    ]
    assert (change.data, change.origin) == (told.data, told.origin)
    assert [result.disposition for result in at_home.results] == [
        change_service_pb2.DISPOSITION_OWN
    ] * 2


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        pytest.param(
            {"kind": change_service_pb2.CHANGE_KIND_UNSPECIFIED},
            "INVALID_SYNTAX",
            id="without a kind",
        ),
        pytest.param(
            {"origin": stamp_pb2.Stamp(clock=1 << 60, cluster="far")},
            "STAMP_AHEAD",
            id="from the future",
        ),
        pytest.param(
            {
                "kind": change_service_pb2.CHANGE_KIND_PATCH,
                "activation": change_service_pb2.ACTIVATION_ACTIVATED,
            },
            "RESOURCE_NOT_FOUND",
            id="for a resource that is not there yet",
        ),
    ],
)
async def test_a_foreign_change_that_cannot_be_is_refused(
    store: Peer, change: dict[str, Any], reason: str
) -> None:
    given = change_service_pb2.ForeignChange(
        **{
            "tenant": "default",
            "txn": "t",
            "ref": ResourceRef(resource_type="User", id="x"),
            "kind": change_service_pb2.CHANGE_KIND_CREATE,
            "data": user("x").attributes,
            **change,
        }
    )

    response = await call(
        store.changes.ApplyChanges,
        change_service_pb2.ApplyChangesRequest(changes=[given]),
        deadline=SECONDS,
    )

    assert response.results[0].failure.reason == reason


async def test_a_restarted_store_has_everything_and_goes_on(settings: Settings) -> None:
    async with running_store(settings) as store:
        made = (await store.write(create=user("ada"))).resource
        before = await store.changes_after("", wait_milliseconds=10_000)

    async with running_store(settings) as store:
        again = (await store.write(create=user("ada"))).resource
        after = await store.changes_after("")
        later = (await store.write(txn="txn-2", create=user("grace"))).resource

    assert again == made
    assert after == before
    assert later.origin.cluster == made.origin.cluster
    assert later.origin.clock > made.origin.clock


async def test_the_state_is_read_page_by_page(store: Peer) -> None:
    made = [(await store.write(txn=name, create=user(name))).resource for name in ("ada", "grace")]
    await store.write(txn="bye", delete=resource_service_pb2.DeleteResource(ref=made[1].ref))
    answers = [change_service_pb2.ReadSnapshotResponse(next_key="begin")]

    while answers[-1].next_key:
        last = answers[-1]
        request = change_service_pb2.ReadSnapshotRequest(tenant="default", limit=1)
        if len(answers) > 1:
            request.after_key, request.cursor = last.next_key, last.next_cursor
        answers.append(await call(store.changes.ReadSnapshot, request, deadline=SECONDS))

    entries = {(entry.kind, entry.ref.id) for answer in answers for entry in answer.entries}
    assert entries == {
        (change_service_pb2.CHANGE_KIND_CREATE, made[0].ref.id),
        (change_service_pb2.CHANGE_KIND_DELETE, made[1].ref.id),
    }
    assert answers[1].total == 2


async def test_all_schemas_are_shown(store: Peer) -> None:
    shown = await call(
        store.schemas.ReadSchemas,
        schema_service_pb2.ReadSchemasRequest(tenant="default"),
        deadline=SECONDS,
    )

    assert [json.loads(each)["name"] for each in shown.resource_types] == ["User", "Group"]
    assert USER_SCHEMA in [json.loads(each)["id"] for each in shown.schemas]


async def test_the_http_face_tells_of_health_and_metrics(store: Peer) -> None:
    await store.write(create=user("ada"))

    async with aiohttp.ClientSession(store.origin) as client:
        ready = await (await client.get("/readyz")).json()
        metrics = await (await client.get("/metrics")).text()

    assert ready == {"status": "ready", "checks": {"store": True}}
    assert "heliograph_grpc_server_seconds" in metrics


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_no_password_is_on_the_disk(settings: Settings) -> None:
    async with running_store(settings) as store:
        await store.write(create=user("ada", password="s3cret-s3cret"))

        files = [path.read_bytes() for path in settings.data.iterdir() if path.is_file()]

    assert any(b'"userName":"ada"' in content for content in files)
    assert not any(b"s3cret-s3cret" in content for content in files)
