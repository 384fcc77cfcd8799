"""Runs a service inside the test process, on real sockets."""

import asyncio
import contextlib
import random
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TypeVar

import uvicorn

from servicekit.cancelling import cancelled
from servicekit.runtime import Service, serving_grpc
from servicekit.settings import ServiceSettings, private_folder

SettingsT = TypeVar("SettingsT", bound=ServiceSettings)


def free_port() -> int:
    """Return a port that is free, of those that the system gives to nobody by itself.

    It is listened on only later, and until then no other test is likely to choose it too.
    """
    while True:
        port = random.randrange(4_000, 10_000)  # noqa: S311  no secret
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port


@asynccontextmanager
async def serving(
    name: str,
    settings: SettingsT,
    build: Callable[[SettingsT, asyncio.Event], AbstractAsyncContextManager[Service]],
) -> AsyncIterator[str]:
    """Run a service until the block ends; gives the origin of its HTTP face."""
    ending = asyncio.Event()
    port = settings.http_port(name)
    private_folder(settings.data)
    with socket.create_server(("127.0.0.1", port)) as listener:
        async with build(settings, ending) as service, serving_grpc(service.grpc):
            server = _Server(_config(service))
            loops = [asyncio.ensure_future(run_loop()) for run_loop in service.loops.values()]
            serving_http = asyncio.create_task(server.serve(sockets=[listener]))
            await until_started(server)
            try:
                yield f"http://127.0.0.1:{port}"
            finally:
                ending.set()
                server.should_exit = True
                await serving_http
                await cancelled(loops)


async def until_started(server: uvicorn.Server) -> None:
    async with asyncio.timeout(10):
        while not server.started:  # noqa: ASYNC110  uvicorn has no event for it
            await asyncio.sleep(0)


def _config(service: Service) -> uvicorn.Config:
    return uvicorn.Config(
        service.http,
        http="httptools",
        ws="none",
        loop="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=1,
    )


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to pytest."""
        yield
