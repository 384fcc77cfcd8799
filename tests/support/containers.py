"""A cluster in containers, started and stopped by `make compose-up`'s own program."""

import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from support.in_process import free_port

from heliograph_compose.compose import Compose
from heliograph_compose.secrets_folder import SecretsFolder
from heliograph_compose.settings import ComposeSettings

_UP_SECONDS = 1200


@dataclass(frozen=True, slots=True)
class Containers:
    """A cluster behind its edge."""

    settings: ComposeSettings

    @property
    def origin(self) -> str:
        return self.settings.public_url

    @property
    def admin_token(self) -> str:
        return SecretsFolder(self.settings).admin_token()

    def compose(self, *arguments: str) -> str:
        return Compose(self.settings)(*arguments)


@contextmanager
def running_containers(folder: Path) -> Iterator[Containers]:
    """Run a cluster that knows of no other; in the end nothing of it is left but its images."""
    settings = ComposeSettings(
        project=f"heliograph-{secrets.token_hex(4)}", folder=folder, port=free_port()
    )
    try:
        up = _compose_program(settings, "up")
        assert up.returncode == 0, up.stdout + up.stderr
        yield Containers(settings)
    finally:
        _compose_program(settings, "down", "--volumes")


def _compose_program(
    settings: ComposeSettings, *arguments: str
) -> "subprocess.CompletedProcess[str]":
    inherited = {
        name: value
        for name, value in os.environ.items()  # noqa: TID251  handed down
        if not name.startswith("HELIOGRAPH_") or name.startswith("HELIOGRAPH_COMPOSE_")
    }
    return subprocess.run(
        [sys.executable, "-m", "heliograph_compose", *arguments],
        env={
            **inherited,
            "HELIOGRAPH_COMPOSE_PROJECT": settings.project,
            "HELIOGRAPH_COMPOSE_FOLDER": str(settings.folder),
            "HELIOGRAPH_COMPOSE_PORT": str(settings.port),
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=_UP_SECONDS,
    )
