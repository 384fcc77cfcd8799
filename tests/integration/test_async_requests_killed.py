"""A store that is killed between a 202 and the outcome has the request still, and does it once."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from support.eventually import eventually
from support.in_process import serving
from support.registrar_storage import MASTER_KEY
from support.scim_services import ADMIN_TOKEN, free_first_port

import scim_gateway.app
import ssf_registrar.app
from heliograph.resource.v1 import async_service_pb2 as pb
from heliograph.resource.v1.async_service_pb2_grpc import AsyncServiceStub
from resource_store.app import NAME
from resource_store.settings import Settings
from scim.messages import USER_SCHEMA
from scim_gateway.settings import Settings as GatewaySettings
from servicekit.channels import call_until, open_channel
from servicekit.endpoints import unix_endpoint
from ssf_registrar.settings import Settings as RegistrarSettings

PEOPLE = 5


@pytest.fixture(params=["sqlite", "mongodb"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    in_mongodb = request.param == "mongodb"
    store = request.getfixturevalue("mongo_url") if in_mongodb else "sqlite:"
    return Settings(data=tmp_path, port=free_first_port(), store=store)


async def test_a_promise_outlives_a_store_that_is_killed(settings: Settings) -> None:
    async with (
        open_channel(unix_endpoint(settings.data, NAME)) as channel,
        aiohttp.ClientSession(headers={"Authorization": f"Bearer {ADMIN_TOKEN}"}) as http,
    ):
        stub = AsyncServiceStub(channel)
        store = await _started(settings)
        # While this test has the turn, no gateway carries anything out.
        taking = pb.TakeTurnRequest(holder="test", milliseconds=600_000)
        turn = await call_until(stub.TakeTurn, taking, deadline=60)
        assert turn.fence
        async with _gateway(settings) as base_uri:
            txns = [await _promised(http, base_uri, number) for number in range(PEOPLE)]
            store.kill()
            await store.wait()
            store = await _started(settings)
            try:
                back = pb.GiveTurnBackRequest(holder="test", fence=turn.fence)
                await call_until(stub.GiveTurnBack, back, deadline=60)
                outcomes = [await _outcome(stub, txn) for txn in txns]
                names = await _names(http, base_uri)
            finally:
                store.terminate()
                await store.wait()

    assert [[json.loads(each.response)["status"] for each in o] for o in outcomes] == [
        ["201"]
    ] * PEOPLE
    assert names == [f"person-{number}" for number in range(PEOPLE)]


async def _promised(http: aiohttp.ClientSession, base_uri: str, number: int) -> str:
    body = {"schemas": [USER_SCHEMA], "userName": f"person-{number}"}
    headers = {"Prefer": "respond-async"}
    async with http.post(f"{base_uri}/Users", json=body, headers=headers) as answer:
        assert answer.status == 202
        return answer.headers["Set-Txn"]


async def _outcome(stub: AsyncServiceStub, txn: str) -> list[pb.Completion]:
    request = pb.GetRequestRequest(tenant="default", txn=txn)
    found = pb.GetRequestResponse()

    async def is_settled() -> bool:
        found.CopyFrom(await call_until(stub.GetRequest, request, deadline=60))
        return found.settled > 0

    await eventually(is_settled, seconds=60)
    return list(found.completions)


async def _names(http: aiohttp.ClientSession, base_uri: str) -> list[str]:
    async with http.get(f"{base_uri}/Users?sortBy=userName") as answer:
        listed = await answer.json(content_type=None)
    return [person["userName"] for person in listed["Resources"]]


@asynccontextmanager
async def _gateway(settings: Settings) -> AsyncIterator[str]:
    place = {"data": settings.data, "port": settings.port, "store": settings.store}
    secrets = {"admin_token": ADMIN_TOKEN, "master_key": MASTER_KEY}
    registrar = RegistrarSettings.model_validate({**place, **secrets})
    gateway = GatewaySettings.model_validate({**place, "scim_patience_seconds": 30})
    async with (
        serving("ssf-registrar", registrar, ssf_registrar.app.build),
        serving("scim-gateway", gateway, scim_gateway.app.build) as origin,
    ):
        yield f"{origin}/scim/v2"


async def _started(settings: Settings) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "resource_store", "--data", str(settings.data)),
        env={"HELIOGRAPH_PORT": str(settings.port), "HELIOGRAPH_STORE": settings.store},
        stderr=asyncio.subprocess.DEVNULL,
    )
