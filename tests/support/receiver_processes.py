"""Several set-receivers as processes that share one MongoDB, with peers in the test's process."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
from support.eventually import eventually
from support.in_process import free_port
from support.received_sets import Issuer
from support.receiver_peers import (
    FakeChangeStore,
    FakeStreams,
    RemoteTransmitter,
    remote_transmitter,
    serving_changes,
    serving_streams,
)
from support.receiver_service import Receiver, push_stream

from servicekit.mongo import open_mongo
from servicekit.settings import private_folder
from set_receiver.adapters.mongo.schema import MIGRATIONS
from set_receiver.app import SERVICE
from set_receiver.settings import Settings

_READY_SECONDS = 120.0


@dataclass
class Replica(Receiver):
    """One of them."""

    process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        environment = {
            **os.environ,  # noqa: TID251  what a child is started with
            "HELIOGRAPH_PORT": str(self.settings.port),
            "HELIOGRAPH_STORE": self.settings.store,
            "HELIOGRAPH_LOG_LEVEL": "info",
        }
        log = (self.settings.data / "log").open("ab")
        self.process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "set_receiver", "--data", str(self.settings.data)),
            env=environment,
            stdout=log,
            stderr=log,
        )
        log.close()
        self.origin = f"http://127.0.0.1:{self.settings.http_port(SERVICE)}"
        await eventually(self._is_ready, seconds=_READY_SECONDS)

    def send(self, number: signal.Signals) -> None:
        assert self.process is not None
        self.process.send_signal(number)

    async def kill(self) -> None:
        self.send(signal.SIGKILL)
        assert self.process is not None
        await self.process.wait()

    async def stop(self) -> None:
        if self.process is not None and self.process.returncode is None:
            # One that stands still must go on to end.
            self.send(signal.SIGCONT)
            await self.kill()

    def log(self) -> str:
        return (self.settings.data / "log").read_text()

    async def _is_ready(self) -> bool:
        assert self.process is not None
        assert self.process.returncode is None, self.log()
        try:
            async with self.session.get(f"{self.origin}/readyz") as response:
                body = await response.json()
        except aiohttp.ClientError:
            return False
        return all(body["checks"].values())


@dataclass
class Replicas:
    """Two replicas, of which the first leads, and what they share."""

    first: Replica
    second: Replica
    streams: FakeStreams
    store: FakeChangeStore
    remote: RemoteTransmitter


@asynccontextmanager
async def two_replicas(folder: Path, mongo_url: str) -> AsyncIterator[Replicas]:
    """Run two; the second begins when the first has the leases."""
    streams, store = FakeStreams(), FakeChangeStore()
    async with AsyncExitStack() as opened:
        remote = await opened.enter_async_context(remote_transmitter(Issuer()))
        session = await opened.enter_async_context(aiohttp.ClientSession())
        streams.put(push_stream(remote))
        replicas = []
        for name in ("first", "second"):
            data = private_folder(folder / name)
            settings = Settings(data=data, port=free_port() - 3, store=mongo_url)
            await opened.enter_async_context(serving_streams(settings, streams))
            await opened.enter_async_context(serving_changes(settings, store))
            replica = Replica(settings, session, streams, store, remote)
            opened.push_async_callback(replica.stop)
            await replica.start()
            await until_led(mongo_url)
            replicas.append(replica)
        yield Replicas(*replicas, streams, store, remote)


async def until_led(mongo_url: str) -> None:
    """Wait until somebody applies and somebody polls."""
    async with open_mongo(mongo_url, SERVICE, MIGRATIONS) as database:

        async def is_led() -> bool:
            return await database["leases"].count_documents({"holder": {"$ne": ""}}) == 2

        await eventually(is_led)
