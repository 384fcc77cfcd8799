"""resource-store, ssf-registrar and set-transmitter as processes, to be driven and killed."""

import asyncio
import json
import os
import random
import signal
import socket
import sys
import uuid
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import aiohttp
from support.eventually import eventually

from heliograph.resource.v1 import resource_pb2
from heliograph.resource.v1 import resource_service_pb2 as pb
from heliograph.resource.v1.resource_service_pb2_grpc import ResourceServiceStub
from servicekit.channels import call_until, open_channel
from servicekit.endpoints import unix_endpoint
from servicekit.faces import FACES, module_of

ADMIN_TOKEN = "token-of-the-administrator"
ALL_FULL = [
    f"urn:ietf:params:scim:event:prov:{event}"
    for event in ("create:full", "put:full", "patch:full", "delete", "activate", "deactivate")
]
_SERVICES = ("resource-store", "ssf-registrar", "set-transmitter")


@dataclass
class Cluster:
    """Three services over one data folder."""

    data: Path
    port: int
    http: aiohttp.ClientSession
    store: ResourceServiceStub
    settings: Mapping[str, str]
    processes: dict[str, asyncio.subprocess.Process] = field(default_factory=dict)

    async def start(self, service: str) -> None:
        """Start a service and wait until it is ready."""
        self.processes[service] = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", module_of(service), "--data", str(self.data)),
            env=self.environment(),
        )
        await eventually(lambda: self._is_ready(service), seconds=60)

    async def end(self, service: str, number: signal.Signals = signal.SIGTERM) -> None:
        """Send a signal to a service and wait until it is gone."""
        process = self.processes.pop(service)
        process.send_signal(number)
        await process.wait()

    def origin(self, service: str) -> str:
        """Return where a service's HTTP face is."""
        return f"http://127.0.0.1:{self.port + FACES[service].port_offset}"

    async def request(
        self, method: str, url: str, *, token: str = ADMIN_TOKEN, **options: Any
    ) -> tuple[int, Any]:
        """Send a request with a bearer token; return the status and the JSON of the answer."""
        headers = {"Authorization": f"Bearer {token}", **options.pop("headers", {})}
        async with self.http.request(method, url, headers=headers, **options) as answer:
            body = await answer.read()
            return answer.status, json.loads(body) if body else None

    async def stream(self, **configuration: Any) -> dict[str, Any]:
        """Create a stream of all full events."""
        url = f"{self.origin('ssf-registrar')}/ssf/streams"
        status, created = await self.request(
            "POST", url, json={"events_requested": ALL_FULL, **configuration}
        )
        assert status == 201, created
        assert isinstance(created, dict)
        return created

    async def fresh_stream(
        self, delivery: Mapping[str, str] | None = None, **configuration: Any
    ) -> dict[str, Any]:
        """Create a stream that has none of the events of the last seconds, as others have."""
        created = await self.stream(**configuration)
        stream_id = created["stream_id"]
        await self.set_status(stream_id, "disabled")
        await eventually(lambda: self.state_is(stream_id, pending=0))
        if delivery is not None:
            await self.change(stream_id, delivery=delivery)
        await self.set_status(stream_id, "enabled")
        return created

    async def change(self, stream_id: str, **members: Any) -> None:
        """Change members of a stream's configuration."""
        url = f"{self.origin('ssf-registrar')}/ssf/streams"
        answer = await self.request("PATCH", url, json={"stream_id": stream_id, **members})
        assert answer[0] == 200, answer

    async def delete_streams(self) -> None:
        """Delete every stream."""
        url = f"{self.origin('ssf-registrar')}/ssf/streams"
        _, streams = await self.request("GET", url)
        for stream in streams:
            await self.request("DELETE", f"{url}?stream_id={stream['stream_id']}")

    async def set_status(self, stream_id: str, status: str) -> None:
        """Enable, pause or disable a stream."""
        url = f"{self.origin('ssf-registrar')}/ssf/status"
        answer = await self.request("POST", url, json={"stream_id": stream_id, "status": status})
        assert answer[0] == 200, answer

    async def poll(self, stream: Mapping[str, Any], **request: Any) -> dict[str, Any]:
        """Poll a stream at once, unless the request says otherwise."""
        url = stream["delivery"]["endpoint_url"]
        status, answer = await self.request(
            "POST", url, json={"returnImmediately": True, **request}
        )
        assert status == 200, answer
        assert isinstance(answer, dict)
        return answer

    async def publish(self, *, path: str = "", **body: Any) -> tuple[int, Any]:
        """Publish an event, and return how that was answered."""
        url = f"{self.origin('set-transmitter')}{path}/ssf/events"
        return await self.request("POST", url, json=body)

    async def dead_letters(self, stream_id: str) -> list[dict[str, Any]]:
        """Return what was set aside for a stream, once all that is counted is recorded."""
        url = f"{self.origin('set-transmitter')}/admin/v1/dead-letters?stream_id={stream_id}"

        async def recorded() -> tuple[list[dict[str, Any]]] | None:
            counted = (await self.state(stream_id)).get("dead_letters", 0)
            _, listed = await self.request("GET", url)
            letters: list[dict[str, Any]] = listed["dead_letters"]
            return (letters,) if len(letters) >= counted else None

        (letters,) = await eventually(recorded)
        found: list[dict[str, Any]] = letters
        return found

    async def state(self, stream_id: str) -> dict[str, Any]:
        """Return the delivery state of a stream; empty while no transmitter can tell it."""
        url = f"{self.origin('set-transmitter')}/admin/v1/streams"
        status, listed = await self.request("GET", url)
        if status == 503:
            return {}
        return next((state for state in listed["streams"] if state["stream_id"] == stream_id), {})

    async def state_is(self, stream_id: str, **expected: Any) -> bool:
        """Tell whether the delivery state of a stream has these members."""
        return expected.items() <= (await self.state(stream_id)).items()

    async def write(self, *operations: pb.WriteOperation) -> Sequence[resource_pb2.Resource]:
        """Write to the store, in one batch; each operation must succeed."""
        request = pb.WriteResourcesRequest(operations=operations)
        written = await call_until(self.store.WriteResources, request, deadline=20)
        failures = [result.failure for result in written.results if result.HasField("failure")]
        assert failures == []
        return [result.resource for result in written.results]

    async def add_user(self, user_name: str, **attributes: Any) -> str:
        """Create a user and return its id."""
        (created,) = await self.write(creation(user_name, **attributes))
        return created.ref.id

    def environment(self) -> dict[str, str]:
        """Return what a service of the cluster is told."""
        return {
            **os.environ,  # noqa: TID251  the children's, ours added
            "HELIOGRAPH_PORT": str(self.port),
            "HELIOGRAPH_ADMIN_TOKEN": ADMIN_TOKEN,
            "HELIOGRAPH_LOG_LEVEL": "error",
            **self.settings,
        }

    async def _is_ready(self, service: str) -> bool:
        assert self.processes[service].returncode is None, f"{service} has ended"
        try:
            async with self.http.get(f"{self.origin(service)}/readyz") as answer:
                return answer.status == 200
        except aiohttp.ClientConnectionError:
            return False


def creation(user_name: str, **attributes: Any) -> pb.WriteOperation:
    """Return the operation that creates a user."""
    user = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": user_name}
    body = json.dumps(user | attributes).encode()
    create = pb.CreateResource(resource_type="User", attributes=body)
    return pb.WriteOperation(tenant="default", txn=uuid.uuid4().hex, create=create)


def patch(user_id: str, **values: Any) -> pb.WriteOperation:
    """Return the operation that replaces attributes of a user."""
    operations = [{"op": "replace", "path": path, "value": values[path]} for path in values]
    body = {
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": operations,
    }
    ref = resource_pb2.ResourceRef(resource_type="User", id=user_id)
    change = pb.PatchResource(ref=ref, patch=json.dumps(body).encode())
    return pb.WriteOperation(tenant="default", txn=uuid.uuid4().hex, patch=change)


def deletion(user_id: str) -> pb.WriteOperation:
    """Return the operation that deletes a user."""
    ref = resource_pb2.ResourceRef(resource_type="User", id=user_id)
    change = pb.DeleteResource(ref=ref)
    return pb.WriteOperation(tenant="default", txn=uuid.uuid4().hex, delete=change)


@asynccontextmanager
async def running_cluster(
    folder: Path,
    store: Mapping[str, str] = MappingProxyType({}),
    *,
    services: Sequence[str] = _SERVICES,
    **settings: str,
) -> AsyncIterator[Cluster]:
    """Run the services; `store` are variables, `settings` are some without HELIOGRAPH_."""
    named = {f"HELIOGRAPH_{name.upper()}": value for name, value in settings.items()}
    environment = {**store, **named}
    async with (
        aiohttp.ClientSession() as http,
        open_channel(unix_endpoint(folder, "resource-store")) as channel,
    ):
        store = ResourceServiceStub(channel)
        cluster = Cluster(folder, free_ports(), http, store, environment)
        try:
            await asyncio.gather(*(cluster.start(service) for service in services))
            yield cluster
        finally:
            await asyncio.gather(*(cluster.end(service) for service in tuple(cluster.processes)))


def free_ports() -> int:
    """Return the first of five neighbouring ports that are free.

    They are below those that the system gives to clients: while a service is down, a client that
    tries its port must not get that very port for itself.
    """
    while True:
        first = random.randrange(10_000, 32_000, 5)  # noqa: S311  no secret
        if all(map(_is_free, range(first, first + 5))):
            return first


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0
