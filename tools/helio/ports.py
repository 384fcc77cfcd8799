"""Looking, before any service starts, whether all of their ports are free."""

import asyncio
import errno
import socket
import time

from helio.settings import ClusterSettings
from servicekit.faces import FACES
from servicekit.failures import StartError

_PATIENCE_SECONDS = 6.0


async def check_ports(settings: ClusterSettings, *, patient: bool) -> None:
    """Raise `StartError` for a port that cannot be had; with `patient`, wait for it first."""
    ends = time.monotonic() + (_PATIENCE_SECONDS if patient else 0)
    while (problem := _problem(settings)) is not None:
        if time.monotonic() >= ends:
            raise StartError(problem)
        await asyncio.sleep(0.1)


def _problem(settings: ClusterSettings) -> str | None:
    for service in FACES:
        port = settings.http_port(service)
        try:
            _listen(settings.host, port)
        except OSError as error:
            return _sentence(error, settings, port)
    return None


def _listen(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    socket.create_server((host, port), family=family).close()


def _sentence(error: OSError, settings: ClusterSettings, port: int) -> str:
    last = len(FACES) - 1
    match error.errno:
        case errno.EADDRINUSE:
            why = f"port {port} is taken: end what listens there, or choose others"
        case errno.EACCES:
            why = f"port {port} needs root: choose others"
        case _:
            return f"cannot listen on {settings.host} port {port}: {error.strerror}"
    return f"{why} by --port N (N to N+{last} are used)"
