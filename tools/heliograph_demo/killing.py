"""Killing every service of both clusters in turn, in the middle of the traffic."""

import asyncio
import os
import signal
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from helio.api import Api
from helio.data_folder import DataFolder
from helio.readiness import is_ready
from heliograph_demo.clusters import Cluster, ClusterError
from servicekit.faces import FACES

_RESTART_SECONDS = 60.0
_PAUSE_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Victim:
    """A service of a cluster."""

    cluster: Cluster
    api: Api
    service: str

    def pid(self) -> int | None:
        """Return the service's process id; None while it is down."""
        state = DataFolder(self.cluster.data).state()
        return None if state is None else state.services.get(self.service)


class Killer:
    """Sends SIGKILL to one victim after another, spread evenly over a number of changes.

    The changes go on while a service is down; only the next kill waits until it is up again.
    """

    def __init__(
        self, victims: Sequence[Victim], *, changes: int, tell: Callable[[str], None]
    ) -> None:
        self._victims = list(victims)
        self._every = max(1, changes // (len(victims) + 1))
        self._tell = tell
        self._changes = 0
        self._one_at_a_time = asyncio.Lock()
        self._killed: tuple[Victim, int] | None = None
        self.kills = 0

    async def before_change(self) -> None:
        """Kill the next victim, if it is time."""
        self._changes += 1
        if self._changes % self._every or not self._victims:
            return
        async with self._one_at_a_time:
            await self.wait_for_restart()
            if self._victims:
                self._kill(self._victims.pop(0))

    async def wait_for_restart(self) -> None:
        """Wait until the last victim is up again. Raises `ClusterError`."""
        if self._killed is None:
            return
        victim, former_pid = self._killed
        ends = time.monotonic() + _RESTART_SECONDS
        while not await _is_back(victim, former_pid):
            if time.monotonic() > ends:
                raise ClusterError(
                    f"{victim.service} of {victim.cluster.name} did not come back after SIGKILL",
                    exit_code=1,
                )
            await asyncio.sleep(_PAUSE_SECONDS)
        self._killed = None

    def _kill(self, victim: Victim) -> None:
        pid = victim.pid()
        if pid is None:
            raise ClusterError(f"{victim.service} does not run", exit_code=1)
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        self.kills += 1
        self._killed = victim, pid
        self._tell(f"SIGKILL of {victim.service} of {victim.cluster.name} (pid {pid})")


def all_services(*clusters: tuple[Cluster, Api]) -> list[Victim]:
    """Return every service of the clusters, in turn."""
    return [Victim(cluster, api, service) for service in FACES for cluster, api in clusters]


async def _is_back(victim: Victim, former_pid: int) -> bool:
    if victim.pid() in {None, former_pid}:
        return False
    return await is_ready(victim.api.session, victim.api.settings, victim.service)
