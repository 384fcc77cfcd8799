"""A whole cluster, started and stopped by the real `helio`."""

import json
import os
import random
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from servicekit.faces import FACES

_HELIO_SECONDS = 120
_WARNINGS = 30


@dataclass(frozen=True, slots=True)
class Cluster:
    """A cluster that runs on a data folder."""

    data: Path
    port: int
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def admin_token(self) -> str:
        return (self.data / "secrets" / "admin-token").read_text().strip()

    def url(self, service: str, path: str = "") -> str:
        return f"http://127.0.0.1:{self.port + FACES[service].port_offset}{path}"

    def status(self) -> Mapping[str, Any]:
        status: Mapping[str, Any] = json.loads(
            helio("status", "--json", "--data", str(self.data)).stdout
        )
        return status

    def pids(self) -> Mapping[str, int]:
        return {row["service"]: row["pid"] for row in self.status()["services"]}

    def log(self, name: str) -> str:
        return (self.data / "logs" / f"{name}.log").read_text()

    def start(self) -> subprocess.CompletedProcess[str]:
        return helio(
            *("up", "--detach", "--data", str(self.data), "--port", str(self.port)),
            **self.environment,
        )

    def stop(self) -> subprocess.CompletedProcess[str]:
        return helio("down", "--data", str(self.data))


@contextmanager
def running_cluster(
    data: Path, environment: Mapping[str, str] | None = None, *, port: int | None = None
) -> Iterator[Cluster]:
    """Start a cluster on a port, or on free ones; stop it in the end."""
    cluster = Cluster(data, free_port() if port is None else port, environment or {})
    started = cluster.start()
    try:
        assert started.returncode == 0, started.stderr
        yield cluster
    except Exception as error:
        error.add_note(_troubles_of(cluster))
        raise
    finally:
        cluster.stop()


def helio(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run `helio` to its end; of a cluster its environment says only what is given."""
    return subprocess.run(
        helio_command(*arguments),
        env=_environment(environment),
        capture_output=True,
        text=True,
        check=False,
        timeout=_HELIO_SECONDS,
    )


@contextmanager
def helio_in_foreground(*arguments: str, **environment: str) -> Iterator[subprocess.Popen[str]]:
    """Start `helio` and go on; end it when it has not ended by itself."""
    with subprocess.Popen(
        helio_command(*arguments),
        env=_environment(environment),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
                process.communicate(timeout=_HELIO_SECONDS)


def helio_command(*arguments: str) -> Sequence[str]:
    return [sys.executable, "-m", "helio", *arguments]


def free_port() -> int:
    """Return the first of a cluster's free ports, below those that clients are given."""
    while True:
        port = random.randrange(20_000, 32_000, len(FACES))  # noqa: S311  no secret
        if all(_is_free(port + face.port_offset) for face in FACES.values()):
            return port


def _troubles_of(cluster: Cluster) -> str:
    """Return the last that a cluster's services warned of, for the report of a test that failed."""
    warned = [
        f"{path.stem}: {line}"
        for path in sorted((cluster.data / "logs").glob("*.log"))
        for line in path.read_text(errors="replace").splitlines()
        if '"level":"warning"' in line or '"level":"error"' in line
    ]
    return "\n".join(
        [f"warnings of {cluster.data}:", *(line[:600] for line in warned[-_WARNINGS:])]
    )


def is_alive(pid: int) -> bool:
    """Say whether a process runs; one that has ended and is not yet waited for does not."""
    try:
        state = re.sub(r".*\)", "", Path(f"/proc/{pid}/stat").read_text()).split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def _is_free(port: int) -> bool:
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True


def _environment(given: Mapping[str, str]) -> dict[str, str]:
    inherited = {
        name: value
        for name, value in os.environ.items()  # noqa: TID251  handed down
        if not name.startswith("HELIOGRAPH_")
    }
    return {**inherited, **given}
