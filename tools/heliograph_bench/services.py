"""The processes of a cluster that a benchmark needs, and bare ones to compare them with."""

import asyncio
import base64
import os
import secrets
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Final

import aiohttp

from heliograph_bench.processes import cpu_seconds
from heliograph_demo.clusters import free_port
from servicekit.faces import FACES

TOKEN: Final = "the-token-of-the-benchmarks"  # noqa: S105  good for nothing else
REAL_STORE: Final = "resource_store"
MEMORY_STORE: Final = "heliograph_bench.memory_store"
_READY_SECONDS: Final = 120.0
_PAUSE_SECONDS: Final = 0.1
_NO_SETTINGS: Final[Mapping[str, str]] = MappingProxyType({})


class NotReadyError(Exception):
    """What is to be measured does not start."""


@dataclass(frozen=True, slots=True)
class Server:
    """Running processes, the URL that they answer at, and the token that they know."""

    url: str
    pids: Sequence[int]
    session: aiohttp.ClientSession

    def cpu_seconds(self) -> float:
        """Return the CPU time that they have taken so far."""
        return cpu_seconds(self.pids)


@dataclass(frozen=True, slots=True)
class Cluster:
    """Running services of one cluster, each by its module."""

    port: int
    pids: Mapping[str, int]
    session: aiohttp.ClientSession

    def origin_of(self, service: str) -> str:
        """Return where a service answers HTTP, without a trailing slash."""
        return f"http://127.0.0.1:{self.port + FACES[service].port_offset}"

    def cpu_seconds(self, *modules: str) -> float:
        """Return the CPU time that these have taken so far."""
        return cpu_seconds(self.pids[module] for module in modules)


@asynccontextmanager
async def cluster(
    *modules: str, connections: int, url: str | None, settings: Mapping[str, str] = _NO_SETTINGS
) -> AsyncIterator[Cluster]:
    """Run services, which keep their state as `scim_services` says, until each is ready."""
    with TemporaryDirectory(prefix="heliograph-bench-") as folder, ExitStack() as stack:
        port = free_port()
        stored = {} if url is None else _storing(url)
        environment = {**_environment(port), **stored, **settings}
        data = str(Path(folder) / "data")
        pids = {each: _start(stack, [each, "--data", data], environment) for each in modules}
        async with _session(connections) as session:
            started = Cluster(port, pids, session)
            for module in modules:
                ready = f"{started.origin_of(module.replace('_', '-'))}/readyz"
                await until(partial(_answers, session, ready))
            yield started


@asynccontextmanager
async def scim_services(
    store: str, *, connections: int, url: str | None = None
) -> AsyncIterator[Server]:
    """Run the three, with a store of this module; the registrar is not counted.

    They keep their state at a URL, or else below a folder of their own.
    """
    with TemporaryDirectory(prefix="heliograph-bench-") as folder, ExitStack() as stack:
        port = free_port()
        environment = {**_environment(port), **({} if url is None else _storing(url))}
        pids = [
            _start(stack, [module, "--data", str(Path(folder) / "data")], environment)
            for module in ("scim_gateway", store, "ssf_registrar")
        ]
        origin = f"http://127.0.0.1:{port}"
        async with _session(connections) as session:
            await until(lambda: _answers(session, f"{origin}/scim/v2/Users?count=0"))
            yield Server(f"{origin}/scim/v2", pids[:2], session)


@asynccontextmanager
async def bare_server(module: str, *arguments: str, connections: int) -> AsyncIterator[Server]:
    """Run a server of this package, which is told its port, and what else it is to know."""
    with ExitStack() as stack:
        port = free_port()
        command = [f"heliograph_bench.{module}", str(port), *arguments]
        pid = _start(stack, command, _environment(port))
        url = f"http://127.0.0.1:{port}"
        async with _session(connections) as session:
            await until(lambda: _answers(session, url))
            yield Server(url, [pid], session)


def _start(stack: ExitStack, arguments: Sequence[str], environment: Mapping[str, str]) -> int:
    process = stack.enter_context(
        subprocess.Popen(
            [sys.executable, "-m", *arguments],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    )
    stack.callback(process.terminate)
    return process.pid


def _environment(port: int) -> Mapping[str, str]:
    inherited = {
        name: value
        for name, value in os.environ.items()  # noqa: TID251  handed down
        if not name.startswith("HELIOGRAPH_")
    }
    own = {"HELIOGRAPH_PORT": str(port), "HELIOGRAPH_ADMIN_TOKEN": TOKEN}
    return {**inherited, **own}


def _storing(url: str) -> Mapping[str, str]:
    """Return what services must be told to keep their state at a URL: a master key of their own."""
    master_key = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
    return {"HELIOGRAPH_STORE": url, "HELIOGRAPH_MASTER_KEY": master_key}


def _session(connections: int) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=connections),
        headers={"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/scim+json"},
    )


async def until(is_so: Callable[[], Awaitable[bool]]) -> None:
    """Wait until something is so. Raises `NotReadyError`."""
    ends = time.monotonic() + _READY_SECONDS
    while not await is_so():
        if time.monotonic() > ends:
            raise NotReadyError(f"not ready after {_READY_SECONDS:.0f} s")
        await asyncio.sleep(_PAUSE_SECONDS)


async def _answers(session: aiohttp.ClientSession, url: str) -> bool:
    try:
        async with session.get(url) as response:
            return response.status == 200
    except aiohttp.ClientError:
        return False
