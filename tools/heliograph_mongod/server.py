"""One mongod as a replica set of one, on loopback, in a folder of its own."""

import contextlib
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from helio.replica_set import initiate_replica_set
from servicekit.failures import StartError

_REPLICA_SET: Final = "rs0"


class MongodUnavailableError(Exception):
    """There is no mongod on this machine, or it does not start; the message says why."""


@contextlib.contextmanager
def running_mongod(folder: Path | None = None, *, port: int | None = None) -> Iterator[str]:
    """Run a mongod while the context is open, and give its URL.

    Without a folder its data is thrown away in the end. Raises `MongodUnavailableError`.
    """
    if folder is None:
        with (
            tempfile.TemporaryDirectory(prefix="heliograph-mongod-") as made,
            running_mongod(Path(made), port=port) as url,
        ):
            yield url
        return
    chosen = free_port() if port is None else port
    process = start(mongod(), folder, chosen)
    try:
        initiate(chosen, process, log=folder / "mongod.log")
        yield f"mongodb://127.0.0.1:{chosen}/?replicaSet={_REPLICA_SET}"
    finally:
        process.terminate()
        process.wait()


def mongod() -> Path:
    """Return the program: of the development dependency, or else of the PATH."""
    package = find_spec("fiftyone")
    for place in package.submodule_search_locations or () if package else ():
        program = Path(place) / "db" / "bin" / "mongod"
        if program.exists():
            return program
    found = shutil.which("mongod")
    if found is None:
        raise MongodUnavailableError(
            "there is no mongod: the development dependency has one for Linux on x86-64;"
            " elsewhere put one on the PATH"
        )
    return Path(found)


def start(
    program: Path, folder: Path, port: int, *, options: Sequence[str] = ("--oplogSize", "512")
) -> "subprocess.Popen[bytes]":
    """Start a mongod that keeps its data in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    command = [str(program), "--replSet", _REPLICA_SET, "--dbpath", str(folder)]
    command += ["--port", str(port), "--bind_ip", "127.0.0.1", "--nounixsocket"]
    command += ["--logpath", str(folder / "mongod.log"), "--logappend"]
    command += ["--wiredTigerCacheSizeGB", "0.5", *options]
    # With test commands it can be told to fail.
    for setting in (
        "ttlMonitorSleepSecs=1",
        "diagnosticDataCollectionEnabled=false",
        "enableTestCommands=1",
    ):
        command += ["--setParameter", setting]
    return subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def initiate(port: int, process: "subprocess.Popen[bytes]", *, log: Path) -> None:
    """Make it a replica set of one, unless it is that already, and wait until it takes writes."""
    try:
        initiate_replica_set(f"127.0.0.1:{port}", has_ended=lambda: process.poll() is not None)
    except StartError:
        raise MongodUnavailableError(f"mongod does not start: see {log}") from None


def free_port() -> int:
    """Return a port of loopback that is free just now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port
