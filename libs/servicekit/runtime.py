"""From a service's parts to a running process that ends cleanly."""

import asyncio
import contextlib
import gc
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import structlog
import uvicorn
import uvloop
from starlette.types import ASGIApp

from servicekit.cancelling import cancelled
from servicekit.failures import StartError
from servicekit.following import keep_running
from servicekit.grpc_server import GrpcFace, create_server
from servicekit.logs import configure_logging
from servicekit.settings import ServiceSettings, private_folder, read_settings
from servicekit.stores import SqliteFolder
from servicekit.telemetry import tracing

SettingsT = TypeVar("SettingsT", bound=ServiceSettings)

_log = structlog.get_logger()
_BACKLOG = 2048


@dataclass(frozen=True, slots=True)
class Service:
    """What runs in one process."""

    http: ASGIApp
    grpc: GrpcFace | None = None
    loops: dict[str, Callable[[], Awaitable[None]]] = field(default_factory=dict)
    """Endless coroutines by name: started with the service, cancelled with it."""


Build = Callable[[SettingsT, asyncio.Event], AbstractAsyncContextManager[Service]]


def run(name: str, settings_class: type[SettingsT], build: Build[SettingsT]) -> None:
    """Run a service until SIGTERM or SIGINT, or until its supervisor is gone.

    `build` is an async context manager from the settings, and from the event that is set when the
    service ends (long polls then answer), to the service; leaving it releases what it opened.
    Ends the process with exit code 2 and one line when the service cannot start.
    """
    _tune()
    try:
        settings = read_settings(settings_class, name)
        configure_logging(name, settings.log_level)
        with tracing(name, settings.otlp_endpoint):
            uvloop.run(_serve(name, settings, build))
    except StartError as error:
        print(f"{name}: {error}", file=sys.stderr)  # noqa: T201  for the person who starts it
        sys.exit(2)


def _tune() -> None:
    """Make the interpreter fit a service: many short tasks, and a thread that writes.

    A database's thread gives the interpreter's lock up for each statement, and gets it back in half
    a millisecond, not in five. What was imported is never garbage, and is not searched for it.
    """
    sys.setswitchinterval(0.0005)
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


async def _serve(name: str, settings: SettingsT, build: Build[SettingsT]) -> None:
    ending = asyncio.Event()
    _end_on_signals(ending)
    if settings.supervised:
        _end_with_supervisor(ending)
    _make_folders(settings)
    with _listening(settings.host, settings.http_port(name)) as listener:
        async with build(settings, ending) as service, serving_grpc(service.grpc):
            await _serve_http(service, listener, ending, drain_seconds=settings.drain_seconds)
    _log.info("service.stopped")


def _make_folders(settings: ServiceSettings) -> None:
    private_folder(settings.data)
    location = settings.location()
    if isinstance(location, SqliteFolder):
        private_folder(location.folder)


async def _serve_http(
    service: Service, listener: socket.socket, ending: asyncio.Event, *, drain_seconds: float
) -> None:
    server = _Server(
        uvicorn.Config(
            service.http,
            http="httptools",
            loop="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            backlog=_BACKLOG,
            server_header=False,
            proxy_headers=False,
            timeout_keep_alive=75,
            timeout_graceful_shutdown=max(1, int(drain_seconds)),
        )
    )
    async with asyncio.TaskGroup() as tasks:
        loops = [
            tasks.create_task(keep_running(loop_name, loop), name=loop_name)
            for loop_name, loop in service.loops.items()
        ]
        serving = tasks.create_task(server.serve(sockets=[listener]))
        _log.info("service.started", port=listener.getsockname()[1])
        await ending.wait()
        server.should_exit = True
        await serving
        await cancelled(loops)


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to the runtime."""
        yield


@asynccontextmanager
async def serving_grpc(face: GrpcFace | None) -> AsyncIterator[None]:
    """Serve a gRPC face at its endpoint while the context is open."""
    if face is None:
        yield
        return
    if face.endpoint.identity is None:
        _make_way(Path(face.endpoint.address.removeprefix("unix:")))
    server = create_server(face)
    await server.start()
    try:
        yield
    finally:
        await server.stop(grace=1.0)


def _make_way(unix_socket: Path) -> None:
    private_folder(unix_socket.parent)
    unix_socket.unlink(missing_ok=True)


@contextlib.contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except OSError as error:
        reason = os.strerror(error.errno or 0)
        raise StartError(f"cannot listen on {host} port {port}: {reason}") from None
    listener.setblocking(False)  # noqa: FBT003  the standard library's
    with listener:
        yield listener


def _end_on_signals(ending: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ending.set)


def _end_with_supervisor(ending: asyncio.Event) -> None:
    """End when standard input does: the supervisor holds its other end as long as it lives."""
    loop = asyncio.get_running_loop()

    def look() -> None:
        if not os.read(0, 1):
            loop.remove_reader(0)
            ending.set()

    loop.add_reader(0, look)
