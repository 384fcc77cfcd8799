"""ssf-registrar as a process of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from support.in_process import free_port
from support.running_registrar import ADMIN

_SECONDS = 60


@dataclass(frozen=True, slots=True)
class RegistrarProcess:
    """A process, and where its HTTP face is."""

    process: subprocess.Popen[str]
    port: int

    def until_started(self) -> str | None:
        """Wait for the log line of the start; None when the process ends instead."""
        assert self.process.stderr is not None
        lines = iter(self.process.stderr.readline, "")
        return next((line for line in lines if "service.started" in line), None)

    def refusal(self) -> str:
        """Wait until the process ends of what its operator can mend, and return its one line."""
        _, written = self.process.communicate(timeout=_SECONDS)
        assert self.process.returncode == 2, written
        assert written.count("\n") == 1, written
        return written

    def get(self, path: str) -> Any:
        """Return the JSON below a path, as the admin reads it."""
        request = Request(
            f"http://127.0.0.1:{self.port}{path}", headers={"Authorization": f"Bearer {ADMIN}"}
        )
        with urlopen(request, timeout=_SECONDS) as answer:  # noqa: S310  as above
            return json.load(answer)


@contextmanager
def registrar_process(folder: Path, **environment: str) -> Iterator[RegistrarProcess]:
    """Start the program with nothing in its environment but what is given; end it in the end."""
    port = free_port()
    with subprocess.Popen(
        [sys.executable, "-m", "ssf_registrar", "--data", str(folder)],
        env={
            "PATH": os.defpath,
            "HELIOGRAPH_PORT": str(port - 1),
            "HELIOGRAPH_ADMIN_TOKEN": ADMIN,
            **environment,
        },
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield RegistrarProcess(process, port)
        finally:
            process.terminate()
