"""The wheels that images are made of: as the lock demands, and this checkout's own."""

import hashlib
import shutil
import sys
import sysconfig
from pathlib import Path
from typing import Final

from heliograph_compose.failures import ComposeError
from heliograph_compose.running import run
from heliograph_compose.settings import ROOT

_LOCK: Final = ROOT / "requirements.lock"
_PYTHON: Final = "3.11"
"""Of Debian 12, which images are based on."""
_BUILD: Final = ROOT / "build"


def gather_wheels() -> None:
    """Put the wheels of the lock into build/wheels and our own into build/heliograph."""
    _gather_packages(_BUILD / "wheels")
    own = _BUILD / "heliograph"
    shutil.rmtree(own, ignore_errors=True)
    options = ("--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", str(own))
    run([sys.executable, "-m", "pip", "wheel", *options, str(ROOT)])


def _gather_packages(folder: Path) -> None:
    stamp = folder / "lock.sha256"
    digest = hashlib.sha256(_LOCK.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == digest:
        return
    print("Gathering wheels", flush=True)
    shutil.rmtree(folder, ignore_errors=True)
    download = ("download", "--quiet", "--require-hashes", "--no-deps", "--dest", str(folder))
    run([sys.executable, "-m", "pip", *download, *_platform(), "--requirement", str(_LOCK)])
    stamp.write_text(digest)


def _platform() -> tuple[str, ...]:
    """Return pip's options for a Debian 12 container of this machine's architecture."""
    machine = sysconfig.get_platform().rpartition("-")[2]
    machine = {"arm64": "aarch64", "amd64": "x86_64"}.get(machine, machine)
    if machine not in {"x86_64", "aarch64"}:
        raise ComposeError(f"there are no containers for {machine} yet: use x86_64 or aarch64")
    tags = [f"manylinux_2_{minor}_{machine}" for minor in (36, 35, 34, 31, 28, 27, 24, 17)]
    tags += [f"manylinux2014_{machine}", "any"]
    platforms = [option for tag in tags for option in ("--platform", tag)]
    return ("--only-binary", ":all:", "--python-version", _PYTHON, *platforms)
