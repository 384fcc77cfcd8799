"""A store that is killed has every write that it acknowledged."""

import asyncio
import json
import sys
from pathlib import Path

import pytest
from support.scim_services import free_first_port

from heliograph.resource.v1 import resource_service_pb2 as pb
from heliograph.resource.v1.resource_service_pb2_grpc import ResourceServiceStub
from resource_store.app import NAME
from resource_store.settings import Settings
from scim.messages import USER_SCHEMA
from servicekit.channels import call_until, open_channel
from servicekit.endpoints import unix_endpoint
from servicekit.failures import RemoteUnavailableError


@pytest.fixture(params=["sqlite", "mongodb"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    in_mongodb = request.param == "mongodb"
    store = request.getfixturevalue("mongo_url") if in_mongodb else "sqlite:"
    return Settings(data=tmp_path, port=free_first_port(), store=store)


async def test_no_acknowledged_write_is_lost(settings: Settings) -> None:
    async with open_channel(unix_endpoint(settings.data, NAME)) as channel:
        stub = ResourceServiceStub(channel)
        first = await _started(settings)
        acknowledged = await _write_until_killed(stub, first)
        second = await _started(settings)
        try:
            repeated = [
                await call_until(stub.WriteResources, _creation(n), deadline=30)
                for n in range(len(acknowledged))
            ]
        finally:
            second.terminate()
            await second.wait()

    assert repeated == acknowledged


async def _write_until_killed(
    stub: ResourceServiceStub, process: asyncio.subprocess.Process
) -> list[pb.WriteResourcesResponse]:
    acknowledged = [await call_until(stub.WriteResources, _creation(0), deadline=30)]
    for number in range(1, 1000):
        if number == 20:
            process.kill()
        try:
            answer = await call_until(stub.WriteResources, _creation(number), deadline=2)
        except RemoteUnavailableError:
            break
        acknowledged.append(answer)
    await process.wait()
    return acknowledged


async def _started(settings: Settings) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "resource_store",
        "--data",
        str(settings.data),
        env={"HELIOGRAPH_PORT": str(settings.port), "HELIOGRAPH_STORE": settings.store},
        stderr=asyncio.subprocess.DEVNULL,
    )


def _creation(number: int) -> pb.WriteResourcesRequest:
    body = {"schemas": [USER_SCHEMA], "userName": f"user-{number}"}
    operation = pb.WriteOperation(
        tenant="default",
        txn=f"txn-{number}",
        create=pb.CreateResource(resource_type="User", attributes=json.dumps(body).encode()),
    )
    return pb.WriteResourcesRequest(operations=[operation])
