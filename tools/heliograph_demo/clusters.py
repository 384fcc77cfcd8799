"""The demo's clusters: each a `helio up --detach` with a data folder and ports of its own."""

import os
import random
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from helio.api import Api, running_cluster
from helio.settings import cluster_settings
from servicekit.faces import FACES

_FIRST_PORT = 18080
_LAST_PORT = 32000


class ClusterError(Exception):
    """A cluster could not be started; `exit_code` is that of `helio up`."""

    def __init__(self, sentence: str, *, exit_code: int) -> None:
        super().__init__(sentence)
        self.exit_code = exit_code


@dataclass(frozen=True, slots=True)
class Cluster:
    """A running cluster."""

    name: str
    data: Path

    def api(self, session: aiohttp.ClientSession) -> Api:
        """Return its faces."""
        running = running_cluster(cluster_settings(data=self.data))
        if running is None:
            raise ClusterError(f"cluster {self.name} has ended", exit_code=1)
        settings, token = running
        return Api(session, settings, token)


@contextmanager
def running(
    name: str, data: Path, *, port: int, keep: bool, store: Mapping[str, str]
) -> Iterator[Cluster]:
    """Start a cluster; stop it in the end, unless it is to be kept. Raises `ClusterError`.

    `store` is what of its environment says where it keeps its state.
    """
    try:
        started = _helio("up", "--detach", "--data", str(data), "--port", str(port), store=store)
        if started.returncode != 0:
            sentence = (started.stderr.strip().splitlines() or ["`helio up` failed"])[-1]
            raise ClusterError(sentence.removeprefix("helio: "), exit_code=started.returncode)
        yield Cluster(name, data)
    finally:
        if not keep:
            _helio("down", "--data", str(data))


def free_port(*, above: int | None = None) -> int:
    """Return the first port of a run that is free for a whole cluster.

    The search begins at a port by chance: what another run has left free for an instant, while one
    of its services is started again, must not look free here.
    """
    step = len(FACES)
    middle = (_FIRST_PORT + _LAST_PORT) // 2
    by_chance = random.randrange(_FIRST_PORT, middle, step)  # noqa: S311  no secret
    first = by_chance if above is None else above + step
    for port in range(first, _LAST_PORT, step):
        if all(_is_free(port + face.port_offset) for face in FACES.values()):
            return port
    raise ClusterError("no run of five free ports: name one by --port N", exit_code=2)


def _is_free(port: int) -> bool:
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True


def _helio(
    *arguments: str, store: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "helio", *arguments],
        env={**_environment(), **(store or {})},
        capture_output=True,
        text=True,
        check=False,
    )


def _environment() -> Mapping[str, str]:
    """Return this process's environment without what would make the two clusters one."""
    ours = ("DATA", "MASTER_KEY", "PORT", "PUBLIC_URL", "STORE")
    return {
        name: value
        for name, value in os.environ.items()  # noqa: TID251  handed down
        if name.removeprefix("HELIOGRAPH_") not in ours
    }
