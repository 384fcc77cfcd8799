"""Services purge a tenant that the registrar says is being deleted, and report it."""

import json
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from support.eventually import eventually
from support.in_process import serving
from support.purged_tenants import GONE, STAYS, rows_by
from support.received_sets import Issuer
from support.receiver_peers import FakeChangeStore, remote_transmitter, serving_changes
from support.receiver_service import Receiver, push_stream
from support.request_log_entries import entry
from support.scim_services import free_first_port
from support.tenant_registrar import TenantRegistrar, serving_tenants

import resource_store.app
import scim_gateway.app
import set_transmitter.app
from heliograph.common.v1.failure_pb2 import Failure
from heliograph.resource.v1 import resource_service_pb2 as pb
from heliograph.resource.v1.resource_service_pb2_grpc import ResourceServiceStub
from heliograph.ssf.v1 import stream_pb2, tenant_service_pb2
from resource_store.settings import Settings as StoreSettings
from scim_gateway.adapters.sqlite.request_log import open_sqlite
from scim_gateway.settings import Settings as GatewaySettings
from secevent.scim_events import CREATE_FULL
from servicekit.channels import call_until, open_channel
from servicekit.endpoints import unix_endpoint
from set_receiver.settings import Settings as ReceiverSettings
from set_transmitter.settings import Settings as TransmitterSettings

BOTH = (GONE, STAYS)


@pytest.fixture
def registrar() -> TenantRegistrar:
    active = tenant_service_pb2.TENANT_STATE_ACTIVE
    return TenantRegistrar(tenants=dict.fromkeys(BOTH, active))


@pytest.fixture
async def place(tmp_path: Path, registrar: TenantRegistrar) -> AsyncIterator[dict[str, object]]:
    """Give the settings that all services share, beside the registrar."""
    place = {"data": tmp_path, "port": free_first_port()}
    async with serving_tenants(StoreSettings.model_validate(place), registrar):
        yield place


@asynccontextmanager
async def serving_store(place: dict[str, object]) -> AsyncIterator[ResourceServiceStub]:
    settings = StoreSettings.model_validate(place)
    async with (
        serving("resource-store", settings, resource_store.app.build),
        open_channel(unix_endpoint(settings.data, "resource-store")) as channel,
    ):
        yield ResourceServiceStub(channel)


async def add_user(store: ResourceServiceStub, tenant: str, user_name: str) -> pb.WriteResult:
    user = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": user_name}
    create = pb.CreateResource(resource_type="User", attributes=json.dumps(user).encode())
    operation = pb.WriteOperation(tenant=tenant, txn=uuid.uuid4().hex, create=create)
    request = pb.WriteResourcesRequest(operations=[operation])
    return (await call_until(store.WriteResources, request, deadline=10)).results[0]


async def test_the_gateway_purges_the_store_and_its_own_request_log(
    place: dict[str, object], registrar: TenantRegistrar, tmp_path: Path
) -> None:
    """It was asked for while the store was away, and the gateway has been restarted since."""
    settings = GatewaySettings.model_validate({**place, "scim_patience_seconds": 0.5})
    log, store_file = tmp_path / "requests.db", tmp_path / "resource-store.sqlite3"
    async with serving_store(place) as store:
        for tenant in BOTH:
            await add_user(store, tenant, "ann")
    async with open_sqlite(log) as opened:
        await opened.add([entry(number, tenant=tenant) for number, tenant in enumerate(BOTH)])
    async with serving("scim-gateway", settings, scim_gateway.app.build):
        registrar.begin_deleting(GONE)
        await eventually(lambda: registrar.reported == [(GONE, "scim-gateway")])
    assert rows_by(log, ["request"], "tenant") == {"request": {STAYS: 1}}

    async with serving_store(place) as store:
        async with serving("scim-gateway", settings, scim_gateway.app.build):
            await eventually(lambda: (GONE, "resource-store") in registrar.reported)
        late = await add_user(store, GONE, "late")

    tables = ("resources", "index_keys", "changes", "transactions")
    assert {frozenset(found) for found in rows_by(store_file, tables, "tenant").values()} == {
        frozenset({STAYS})
    }
    assert late.failure.reason == "TENANT_CLOSED"


async def test_a_request_log_that_is_off_is_purged_of_former_times(
    place: dict[str, object], registrar: TenantRegistrar, tmp_path: Path
) -> None:
    given = {**place, "scim_patience_seconds": 0.1, "scim_request_log": "off"}
    settings, log = GatewaySettings.model_validate(given), tmp_path / "requests.db"
    async with open_sqlite(log) as opened:
        await opened.add([entry(number, tenant=tenant) for number, tenant in enumerate(BOTH)])
    registrar.begin_deleting(GONE)

    async with serving("scim-gateway", settings, scim_gateway.app.build):
        await eventually(lambda: registrar.reported == [(GONE, "scim-gateway")])

    assert rows_by(log, ["request"], "tenant") == {"request": {STAYS: 1}}


async def test_the_transmitter_stops_forgets_and_takes_nothing_in_any_more(
    place: dict[str, object], registrar: TenantRegistrar, tmp_path: Path
) -> None:
    settings = TransmitterSettings.model_validate(place)
    path = tmp_path / "set-transmitter.sqlite3"
    for tenant in BOTH:
        registrar.put(transmit_stream(tenant))

    def kept() -> dict[str, dict[str, int]]:
        return {name: dict(of) for name, of in rows_by(path, ["event", "stream"], "tenant").items()}

    async with serving_store(place) as store:
        async with serving("set-transmitter", settings, set_transmitter.app.build):
            for tenant in BOTH:
                await add_user(store, tenant, "ann")
            everything = {"event": {GONE: 1, STAYS: 1}, "stream": {GONE: 1, STAYS: 1}}
            await eventually(lambda: kept() == everything)
            registrar.begin_deleting(GONE)
            await eventually(lambda: registrar.reported == [(GONE, "set-transmitter")])
            assert kept() == {"event": {STAYS: 1}, "stream": {STAYS: 1}}
            for tenant in BOTH:
                await add_user(store, tenant, "bob")
            await eventually(lambda: kept()["event"] == {STAYS: 2})
        await add_user(store, GONE, "cyd")

        async with serving("set-transmitter", settings, set_transmitter.app.build):
            await eventually(lambda: registrar.reported == [(GONE, "set-transmitter")] * 2)
            await add_user(store, STAYS, "cyd")
            await eventually(lambda: kept()["event"].get(STAYS) == 3)

    assert kept()["stream"] == {STAYS: 1}


def transmit_stream(tenant: str) -> stream_pb2.Stream:
    return stream_pb2.Stream(
        tenant=tenant,
        stream_id=f"of-{tenant}",
        direction=stream_pb2.DIRECTION_TRANSMIT,
        iss="https://issuer.example",
        aud=["https://receiver.example"],
        events_delivered=[CREATE_FULL],
        delivery_method=stream_pb2.DELIVERY_METHOD_POLL,
        status=stream_pb2.STREAM_STATUS_ENABLED,
        signing_algorithm="ES256",
    )


@pytest.mark.parametrize("kind", ["sqlite", "mongodb"])
async def test_the_receiver_lets_nobody_in_and_forgets(
    request: pytest.FixtureRequest,
    place: dict[str, object],
    registrar: TenantRegistrar,
    kind: str,
) -> None:
    """Its pending receipts too, which the store would not have: others go on."""
    location = "sqlite:" if kind == "sqlite" else request.getfixturevalue("mongo_url")
    settings = ReceiverSettings.model_validate({**place, "store": location})
    changes = FakeChangeStore(failures={"ann": Failure(reason="UNIQUENESS", detail="userName")})
    async with (
        remote_transmitter(Issuer()) as remote,
        serving_changes(settings, changes),
        aiohttp.ClientSession() as session,
    ):
        receiver = Receiver(settings, session, registrar, changes, remote)
        registrar.put(push_stream(remote, tenant=GONE, stream_id="streamofgone"))
        registrar.put(push_stream(remote))
        ann, bob, cyd = (
            receiver.issuer.sign(receiver.deleted(f"/Users/{name}"))
            for name in ("ann", "bob", "cyd")
        )
        async with receiver.running():
            assert (await receiver.push(ann, stream_id="streamofgone")).status == 202
            await eventually(lambda: changes.attempts["ann"] > 0)
            registrar.begin_deleting(GONE)
            await eventually(lambda: registrar.reported == [(GONE, "set-receiver")])
            assert (await receiver.push(bob, stream_id="streamofgone")).status == 404
            assert (await receiver.push(cyd)).status == 202
            await eventually(lambda: changes.ids() == ["cyd"])
        tries = changes.attempts["ann"]
        changes.failures.clear()

        async with receiver.running():
            await eventually(lambda: len(registrar.reported) == 2)
            await receiver.eventually_states("applied")

    assert changes.attempts["ann"] == tries
    assert changes.ids() == ["cyd"]
