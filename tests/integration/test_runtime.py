"""A service as a process: it starts, answers, and ends when it is told to or left alone."""

import os
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.request import urlopen

import pytest

PROGRAM = """
import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from servicekit.http import create_app
from servicekit.runtime import Service, run
from servicekit.settings import ServiceSettings

async def works() -> dict[str, bool]:
    return {"store": True}

async def loop() -> None:
    await asyncio.Event().wait()

@asynccontextmanager
async def build(settings: ServiceSettings, ending: asyncio.Event) -> AsyncIterator[Service]:
    yield Service(create_app("scim-gateway", own_store_works=works), loops={"idle": loop})
    print("released", flush=True)

run("scim-gateway", ServiceSettings, build)
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Process:
    def __init__(self, folder: Path, **environment: str) -> None:
        self.port = free_port()
        self.process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, "--data", str(folder / "data")],
            env={"PATH": os.defpath, "HELIOGRAPH_PORT": str(self.port), **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def wait_until_started(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            if "service.started" in line:
                return
        raise AssertionError(f"ended with {self.process.wait()}")

    def get(self, path: str) -> tuple[int, str]:
        with urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as answer:
            return answer.status, answer.read().decode()

    def output_at_end(self) -> str:
        output, _ = self.process.communicate(timeout=60)
        return output


@pytest.fixture
def processes() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def started(processes: ExitStack, folder: Path, **environment: str) -> Process:
    process = Process(folder, **environment)
    processes.enter_context(process.process)
    processes.callback(process.process.kill)
    process.wait_until_started()
    return process


def test_a_running_service_is_live_ready_and_measured(processes: ExitStack, tmp_path: Path) -> None:
    service = started(processes, tmp_path)

    assert service.get("/healthz") == (200, '{"status":"live","service":"scim-gateway"}')
    assert service.get("/readyz") == (200, '{"status":"ready","checks":{"store":true}}')
    assert (
        'heliograph_http_server_seconds_count{method="GET",route="/readyz",status="200"} 1.0'
        in (service.get("/metrics")[1])
    )


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
def test_a_signal_ends_it_in_order(
    processes: ExitStack, tmp_path: Path, number: signal.Signals
) -> None:
    service = started(processes, tmp_path)

    service.process.send_signal(number)

    assert service.output_at_end() == "released\n"
    assert service.process.returncode == 0


def test_a_supervised_service_ends_with_its_supervisor(
    processes: ExitStack, tmp_path: Path
) -> None:
    service = started(processes, tmp_path, HELIOGRAPH_SUPERVISED="true")
    assert service.process.stdin is not None

    service.process.stdin.close()

    assert service.process.wait(timeout=60) == 0


def test_a_taken_port_is_one_clear_line_and_exit_code_2(
    processes: ExitStack, tmp_path: Path
) -> None:
    first = started(processes, tmp_path)

    second = subprocess.run(
        [sys.executable, "-c", PROGRAM, "--data", str(tmp_path / "other")],
        env={"PATH": os.defpath, "HELIOGRAPH_PORT": str(first.port)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert second.returncode == 2
    assert second.stderr == (
        f"scim-gateway: cannot listen on 127.0.0.1 port {first.port}: Address already in use\n"
    )


@pytest.mark.parametrize(
    ("variable", "value", "line"),
    [
        pytest.param(
            "HELIOGRAPH_PORT",
            "seventy",
            "HELIOGRAPH_PORT: Input should be a valid integer,"
            " unable to parse string as an integer",
            id="a port that is no number",
        ),
        pytest.param(
            "HELIOGRAPH_LOG_LEVEL",
            "loud",
            "HELIOGRAPH_LOG_LEVEL: Input should be 'debug', 'info', 'warning' or 'error'",
            id="an unknown log level",
        ),
    ],
)
def test_a_bad_setting_is_named(tmp_path: Path, variable: str, value: str, line: str) -> None:
    refused = subprocess.run(
        [sys.executable, "-c", PROGRAM, "--data", str(tmp_path)],
        env={"PATH": os.defpath, variable: value},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert (refused.returncode, refused.stderr) == (2, f"scim-gateway: {line}\n")


def test_a_folder_that_everybody_can_write_to_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o1777)

    refused = subprocess.run(
        [sys.executable, "-c", PROGRAM, "--data", str(shared)],
        env={"PATH": os.defpath, "HELIOGRAPH_PORT": str(free_port())},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    expected = f"scim-gateway: everybody can write to {shared}: choose another --data folder\n"
    assert (refused.returncode, refused.stderr) == (2, expected)
    assert stat.S_IMODE(shared.stat().st_mode) == 0o1777
