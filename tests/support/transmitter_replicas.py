"""Replicas of set-transmitter over one MongoDB, beside the store and the registrar of a cluster."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
from support.eventually import eventually
from support.transmitter_cluster import ADMIN_TOKEN, Cluster, free_ports, running_cluster

from servicekit.faces import FACES, socket_folder
from servicekit.settings import private_folder

_PEERS = ("resource-store", "ssf-registrar")


@dataclass
class Replica:
    """One process, with a data folder of its own for its socket and no state."""

    origin: str
    http: aiohttp.ClientSession
    process: asyncio.subprocess.Process

    async def status_of(self, path: str) -> int:
        async with self.http.get(f"{self.origin}{path}") as answer:
            return answer.status

    async def poll(self, stream_id: str, **request: Any) -> aiohttp.ClientResponse:
        answer = await self.http.post(
            f"{self.origin}/ssf/poll/{stream_id}",
            json={"returnImmediately": True, **request},
            headers={"Authorization": f"Bearer {ADMIN_TOKEN}"},
        )
        await answer.read()
        return answer

    async def is_ready(self) -> bool:
        assert self.process.returncode is None, "the replica has ended"
        try:
            return await self.status_of("/readyz") == 200
        except aiohttp.ClientConnectionError:
            return False

    async def is_active(self) -> bool:
        """Tell whether it serves; an unauthenticated request is enough."""
        try:
            return await self.status_of("/admin/v1/streams") == 401
        except aiohttp.ClientConnectionError:
            return False

    def send(self, number: signal.Signals) -> None:
        self.process.send_signal(number)


@dataclass
class Replicas:
    """The replicas that run."""

    cluster: Cluster
    folder: Path
    store: str
    running: list[Replica] = field(default_factory=list)

    async def start(self) -> Replica:
        """Start one more and wait until it is ready."""
        port = free_ports()
        data = self.folder / f"replica-{port}"
        self._link_sockets(data)
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "set_transmitter", "--data", str(data)),
            env={**self.cluster.environment(), **self._own(port)},
        )
        origin = f"http://127.0.0.1:{port + FACES['set-transmitter'].port_offset}"
        replica = Replica(origin, self.cluster.http, process)
        self.running.append(replica)
        await eventually(replica.is_ready, seconds=120)
        return replica

    async def active(self) -> Replica:
        """Return the active one, as soon as there is one."""
        return (await eventually(self._active, seconds=60))[0]

    async def kill(self, replica: Replica) -> None:
        replica.send(signal.SIGKILL)
        self.running.remove(replica)
        await replica.process.wait()

    async def _active(self) -> list[Replica]:
        return [one for one in self.running if await one.is_active()]

    def _own(self, port: int) -> Mapping[str, str]:
        return {"HELIOGRAPH_PORT": str(port), "HELIOGRAPH_STORE": self.store}

    def _link_sockets(self, data: Path) -> None:
        for peer in _PEERS:
            socket = f"{peer}.sock"
            link = private_folder(socket_folder(data)) / socket
            link.symlink_to(socket_folder(self.cluster.data) / socket)


@asynccontextmanager
async def running_replicas(folder: Path, store: str, *, count: int) -> AsyncIterator[Replicas]:
    """Run the peers and so many replicas of the transmitter."""
    async with running_cluster(folder / "peers", services=_PEERS) as cluster:
        replicas = Replicas(cluster, folder, store)
        try:
            for _ in range(count):
                await replicas.start()
            yield replicas
        finally:
            for replica in tuple(replicas.running):
                await replicas.kill(replica)
