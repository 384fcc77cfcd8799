"""A Docker engine: the one that answers, or Debian's, installed and started."""

import os
import shutil
import subprocess
import time
from collections.abc import Sequence
from typing import Final

from heliograph_compose.failures import EngineUnavailableError
from heliograph_compose.settings import ROOT

_START_SECONDS: Final = 60.0
_PAUSE_SECONDS: Final = 0.2
_LOG: Final = ROOT / "build" / "dockerd.log"


def ensure_engine() -> "subprocess.Popen[bytes] | None":
    """See to it that a Docker engine answers; return the process if one was started for it.

    Raises `EngineUnavailableError` where none answers and none can be started.
    """
    if _answers():
        return None
    if os.getuid() != 0:
        raise EngineUnavailableError("no Docker engine answers, and only root may start one")
    if shutil.which("dockerd") is None:
        install("docker.io", "iptables")
    return _start()


def install(*packages: str) -> None:
    """Install Debian packages. Raises `EngineUnavailableError` where that cannot be done."""
    named = " and ".join(packages)
    if os.getuid() != 0 or shutil.which("apt-get") is None:
        raise EngineUnavailableError(f"{named} must be installed, by root and with apt")
    print(f"Installing {named}", flush=True)
    for arguments in (["update"], ["install", "--yes", "--no-install-recommends", *packages]):
        _apt_get(arguments)


def _apt_get(arguments: Sequence[str]) -> None:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}  # noqa: TID251  handed down
    done = subprocess.run(
        ["apt-get", "-qq", *arguments],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise EngineUnavailableError(f"apt-get {arguments[0]} failed: {last}")


def _start() -> "subprocess.Popen[bytes]":
    _LOG.parent.mkdir(exist_ok=True)
    with _LOG.open("wb") as log:
        engine = subprocess.Popen(
            ["dockerd"],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    ends = time.monotonic() + _START_SECONDS
    while not _answers():
        if engine.poll() is not None or time.monotonic() > ends:
            engine.terminate()
            raise EngineUnavailableError(f"dockerd does not start: see {_LOG}")
        time.sleep(_PAUSE_SECONDS)
    print(f"Started dockerd (pid {engine.pid}, log in {_LOG}); it stays until you end it")
    return engine


def _answers() -> bool:
    if shutil.which("docker") is None:
        return False
    asked = subprocess.run(["docker", "info"], capture_output=True, check=False)
    return asked.returncode == 0
