"""set-receiver, resource-store and ssf-registrar as the processes that they are in a cluster."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp
import grpc
import orjson
import pytest
from support.eventually import eventually
from support.in_process import free_port
from support.received_sets import AUDIENCE, ISSUER, Issuer
from support.receiver_peers import ADMIN_TOKEN, RemoteTransmitter, remote_transmitter

from heliograph.resource.v1 import resource_pb2, resource_service_pb2, resource_service_pb2_grpc
from secevent.scim_events import CREATE_FULL, DELETE, PATCH_FULL
from secevent.token import SecurityEventToken
from servicekit.faces import module_of, socket_address

SERVICES = {"ssf-registrar": 1, "set-receiver": 3, "resource-store": 4}
DEADLINE = 60.0


@dataclass
class Cluster:
    """Three services on one data folder."""

    data: Path
    session: aiohttp.ClientSession
    remote: RemoteTransmitter
    port: int = field(default_factory=lambda: free_port() - 3)
    processes: dict[str, asyncio.subprocess.Process] = field(default_factory=dict)

    async def start(self, service: str) -> None:
        environment = {
            **os.environ,  # noqa: TID251  what a child is started with
            "HELIOGRAPH_PORT": str(self.port),
            "HELIOGRAPH_ADMIN_TOKEN": ADMIN_TOKEN,
            "HELIOGRAPH_LOG_LEVEL": "warning",
        }
        self.processes[service] = await asyncio.create_subprocess_exec(
            sys.executable, "-m", module_of(service), "--data", str(self.data), env=environment
        )

    async def until_ready(self, service: str) -> None:
        url = f"http://127.0.0.1:{self.port + SERVICES[service]}/readyz"

        async def is_ready() -> bool:
            try:
                async with self.session.get(url) as response:
                    return response.status == 200
            except aiohttp.ClientError:
                return False

        await self.until(is_ready)

    async def kill(self, service: str) -> None:
        process = self.processes.pop(service)
        process.send_signal(signal.SIGKILL)
        await process.wait()

    async def stop(self) -> None:
        for process in self.processes.values():
            process.terminate()
        for process in self.processes.values():
            await process.wait()

    async def until(self, condition: Callable[[], Awaitable[bool]]) -> None:
        await eventually(condition, seconds=DEADLINE)

    async def create_stream(self, delivery: dict[str, str]) -> dict[str, Any]:
        body = {
            "iss": ISSUER,
            "aud": [AUDIENCE],
            "events_requested": [CREATE_FULL, PATCH_FULL, DELETE],
            "delivery": delivery,
            "issuerJWKSUrl": f"{self.remote.origin}/jwks.json",
        }
        url = f"http://127.0.0.1:{self.port + 1}/ssf/streams"
        headers = {"Authorization": f"Bearer {ADMIN_TOKEN}"}
        async with self.session.post(url, json=body, headers=headers) as response:
            assert response.status == 201
            stream: dict[str, Any] = await response.json()
            return stream

    async def push(self, stream: dict[str, Any], token: SecurityEventToken) -> None:
        """Push as a transmitter does: again and again until it is accepted."""
        compact = self.remote.issuer.sign(token)
        headers = {
            "Authorization": stream["delivery"]["authorization_header"],
            "Content-Type": "application/secevent+jwt",
        }

        async def is_accepted() -> bool:
            url = stream["delivery"]["endpoint_url"]
            try:
                async with self.session.post(url, data=compact, headers=headers) as response:
                    return response.status == 202
            except aiohttp.ClientError:
                return False

        await self.until(is_accepted)

    async def user(self, resource_id: str) -> dict[str, Any] | None:
        request = resource_service_pb2.ReadResourcesRequest(
            operations=[
                resource_service_pb2.ReadOperation(
                    tenant="default",
                    ref=resource_pb2.ResourceRef(resource_type="User", id=resource_id),
                )
            ]
        )
        async with grpc.aio.insecure_channel(
            socket_address(self.data, "resource-store")
        ) as channel:
            stub = resource_service_pb2_grpc.ResourceServiceStub(channel)
            (result,) = (await stub.ReadResources(request, wait_for_ready=True)).results
        if result.WhichOneof("outcome") == "failure":
            return None
        attributes: dict[str, Any] = orjson.loads(result.resource.attributes)
        return attributes

    async def counts(self) -> dict[str, int]:
        url = f"http://127.0.0.1:{self.port + 3}/admin/v1/receive-streams"
        headers = {"Authorization": f"Bearer {ADMIN_TOKEN}"}
        async with self.session.get(url, headers=headers) as response:
            (row,) = (await response.json())["streams"]
        return {state: row[state] for state in ("pending", "applied", "without_effect", "dead")}

    async def until_all_is_settled(self) -> dict[str, int]:
        async def is_settled() -> bool:
            return (await self.counts())["pending"] == 0

        await self.until(is_settled)
        return await self.counts()


@pytest.fixture
async def cluster(tmp_path: Path) -> AsyncIterator[Cluster]:
    async with AsyncExitStack() as opened:
        session = await opened.enter_async_context(aiohttp.ClientSession())
        remote = await opened.enter_async_context(remote_transmitter(Issuer()))
        running = Cluster(tmp_path, session, remote)
        opened.push_async_callback(running.stop)
        for service in SERVICES:
            await running.start(service)
        for service in SERVICES:
            await running.until_ready(service)
        yield running


def created(cluster: Cluster, resource_id: str, user_name: str) -> SecurityEventToken:
    data = {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "id": resource_id,
        "userName": user_name,
    }
    return cluster.remote.issuer.token(CREATE_FULL, {"data": data}, subject=f"/Users/{resource_id}")


def titled(cluster: Cluster, resource_id: str, title: str) -> SecurityEventToken:
    data = {
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [{"op": "replace", "path": "title", "value": title}],
    }
    return cluster.remote.issuer.token(PATCH_FULL, {"data": data}, subject=f"/Users/{resource_id}")


def deleted(cluster: Cluster, resource_id: str) -> SecurityEventToken:
    return cluster.remote.issuer.token(DELETE, {}, subject=f"/Users/{resource_id}")


async def test_pushed_events_become_what_they_tell_of(cluster: Cluster) -> None:
    stream = await cluster.create_stream({"method": "urn:ietf:rfc:8935:receive"})
    first, second = str(uuid4()), str(uuid4())
    await cluster.push(stream, created(cluster, first, "ann"))
    for number in range(10):
        await cluster.push(stream, titled(cluster, first, f"title {number}"))
    await cluster.until_all_is_settled()
    user = await cluster.user(first)
    assert user is not None
    assert (user["userName"], user["title"]) == ("ann", "title 9")

    # out of order: the name is free only when its first holder is gone
    await cluster.push(stream, created(cluster, second, "ann"))
    await cluster.push(stream, deleted(cluster, first))

    counts = await cluster.until_all_is_settled()
    assert counts == {"pending": 0, "applied": 13, "without_effect": 0, "dead": 0}
    assert await cluster.user(first) is None
    assert await cluster.user(second) is not None


async def test_no_accepted_event_is_lost_when_receiver_and_store_are_killed(
    cluster: Cluster,
) -> None:
    stream = await cluster.create_stream({"method": "urn:ietf:rfc:8935:receive"})
    ids = [str(uuid4()) for _ in range(30)]

    for number, resource_id in enumerate(ids):
        await cluster.push(stream, created(cluster, resource_id, f"user-{number}"))
        await cluster.push(stream, titled(cluster, resource_id, "first"))
        await cluster.push(stream, titled(cluster, resource_id, "last"))
        if number % 10 == 5:
            killed = "set-receiver" if number < 20 else "resource-store"
            await cluster.kill(killed)
            await cluster.start(killed)
    await cluster.until_ready("set-receiver")

    counts = await cluster.until_all_is_settled()
    assert counts["applied"] + counts["without_effect"] == 90
    assert counts["dead"] == 0
    users = [await cluster.user(resource_id) for resource_id in ids]
    assert [user and user["title"] for user in users] == ["last"] * 30


async def test_polled_events_become_what_they_tell_of(cluster: Cluster) -> None:
    tokens = [created(cluster, str(uuid4()), f"user-{number}") for number in range(250)]
    cluster.remote.offer({token.jti: cluster.remote.issuer.sign(token) for token in tokens})

    await cluster.create_stream(
        {
            "method": "urn:ietf:rfc:8936:receive",
            "endpoint_url": f"{cluster.remote.origin}/poll",
            "authorization_header": "Bearer at-the-transmitter",
        }
    )

    async def are_acknowledged() -> bool:
        return cluster.remote.acked == {token.jti for token in tokens}

    await cluster.until(are_acknowledged)
    counts = await cluster.until_all_is_settled()
    assert counts == {"pending": 0, "applied": 250, "without_effect": 0, "dead": 0}
