"""`helio status`: what runs, and whether it is ready."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime

import aiohttp
from rich.console import Console
from rich.table import Table

from helio.data_folder import ClusterState, DataFolder
from helio.readiness import is_ready
from helio.settings import ClusterSettings, cluster_settings
from servicekit.faces import FACES


@dataclass(frozen=True, slots=True)
class ServiceStatus:
    """One service of a running cluster."""

    service: str
    pid: int | None
    url: str
    ready: bool
    restarts: int


@dataclass(frozen=True, slots=True)
class ClusterStatus:
    """What is known of a data folder's cluster."""

    data: str
    running: bool
    pid: int | None = None
    port: int | None = None
    started: str | None = None
    services: tuple[ServiceStatus, ...] = ()

    @property
    def ready(self) -> bool:
        """Say whether all that should run does, and is ready."""
        return self.running and all(service.ready for service in self.services)


def status_of(settings: ClusterSettings) -> ClusterStatus:
    """Look whether a cluster runs on the data folder, and how its services are."""
    folder = DataFolder(settings.data)
    state = folder.state()
    if folder.owner() is None or state is None:
        return ClusterStatus(str(settings.data), running=False)
    running = cluster_settings(data=settings.data, port=state.port)
    return ClusterStatus(
        data=str(settings.data),
        running=True,
        pid=state.pid,
        port=state.port,
        started=datetime.fromtimestamp(state.started, UTC).isoformat(timespec="seconds"),
        services=asyncio.run(_services(running, state)),
    )


async def _services(settings: ClusterSettings, state: ClusterState) -> tuple[ServiceStatus, ...]:
    async with aiohttp.ClientSession() as session:
        ready = await asyncio.gather(*(is_ready(session, settings, name) for name in FACES))
    return tuple(
        ServiceStatus(
            service=name,
            pid=state.services.get(name),
            url=settings.origin_of(name),
            ready=name_is_ready,
            restarts=state.restarts.get(name, 0),
        )
        for name, name_is_ready in zip(FACES, ready, strict=True)
    )


def print_status(console: Console, status: ClusterStatus) -> None:
    """Print a status for a person."""
    if not status.running:
        console.print(f"nothing runs on {status.data}; `helio up` starts it", markup=False)
        return
    console.print(f"running since {status.started} on {status.data} (pid {status.pid})")
    table = Table("service", "state", "pid", "restarts", "url", box=None)
    for service in status.services:
        state = "[green]ready[/]" if service.ready else "[red]not ready[/]"
        pid = "" if service.pid is None else str(service.pid)
        table.add_row(service.service, state, pid, str(service.restarts), service.url)
    console.print(table)
