"""Make .venv from a lock file and install this checkout into it; do nothing when that is done.

Run by the system's Python, whichever that is, so this file keeps to old syntax and to the
standard library. With --dev: everything that tests and checks need as well.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
INCOMPLETE = VENV / "incomplete"
OLDEST_PYTHON = (3, 11)
_PIP_OPTIONS = ("--no-input", "--disable-pip-version-check", "--progress-bar=off")


class SetUpError(Exception):
    """Set-up cannot go on; the message is one line that says what to do."""


def main() -> int:
    """Set up what the command line asks for."""
    if sys.argv[1:] not in ([], ["--dev"]):
        print("usage: set_up.py [--dev]", file=sys.stderr)
        return 2
    try:
        set_up(with_dev="--dev" in sys.argv[1:])
    except SetUpError as error:
        print(f"set-up: {error}", file=sys.stderr)
        return 2
    return 0


def set_up(*, with_dev: bool) -> None:
    """Bring .venv to what the lock says; a second set-up at the same time waits for the first."""
    if _is_done(with_dev=with_dev):
        return
    check_python()
    folder = os.open(str(ROOT), os.O_RDONLY)
    try:
        _wait_for_others(folder)
        if not _is_done(with_dev=with_dev):
            _install(with_dev=with_dev)
    finally:
        os.close(folder)


def check_python() -> None:
    """Raise `SetUpError` unless this Python is new enough and can make environments."""
    if sys.version_info < OLDEST_PYTHON:
        raise SetUpError(
            f"Python 3.11 or newer is needed, and {sys.executable} is"
            f" {_version(sys.version_info[:3])}: {_newer_python()}"
        )
    if not all(importlib.util.find_spec(name) for name in ("venv", "ensurepip")):
        raise SetUpError(
            "this Python cannot make virtual environments: install python3-venv"
            " (Debian, Ubuntu: apt install python3-venv), then run this again"
        )


def _newer_python() -> str:
    for minor in range(19, 10, -1):
        name = f"python3.{minor}"
        if shutil.which(name) and _runs(name):
            return f"run `make PYTHON={name}`"
    return "install one, then run `make PYTHON=python3.11` (or what it is called)"


def _runs(program: str) -> bool:
    """Say whether a program is more than a shim that stands for one that is not installed."""
    return subprocess.run([program, "-c", ""], capture_output=True, check=False).returncode == 0


def _wait_for_others(folder: int) -> None:
    try:
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        print("Another set-up of this folder is running: waiting for it", flush=True)
        fcntl.flock(folder, fcntl.LOCK_EX)


def _lock_of(*, with_dev: bool) -> Path:
    return ROOT / ("requirements-dev.lock" if with_dev else "requirements.lock")


def _stamp(*, with_dev: bool) -> Path:
    return VENV / (".heliograph-dev" if with_dev else ".heliograph")


def _digest(*, with_dev: bool) -> str:
    """Return what an installation follows from: its place, its Python, its lock, its metadata."""
    parts = [str(ROOT).encode(), _version(sys.version_info[:2]).encode()]
    parts += [path.read_bytes() for path in (_lock_of(with_dev=with_dev), ROOT / "pyproject.toml")]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def _is_done(*, with_dev: bool) -> bool:
    stamp = _stamp(with_dev=with_dev)
    return (
        stamp.exists()
        and stamp.read_text() == _digest(with_dev=with_dev)
        and PYTHON.exists()
        and not INCOMPLETE.exists()
    )


def _install(*, with_dev: bool) -> None:
    """Fill .venv. What was interrupted on the way is made anew by the next set-up."""
    try:
        if not _is_sound():
            _make_venv()
        INCOMPLETE.touch()
        for stamp in (_stamp(with_dev=False), _stamp(with_dev=True)):
            if stamp.exists():
                stamp.unlink()
        _install_lock(_lock_of(with_dev=with_dev))
        _install_checkout()
        # The development lock holds all that the other one does, at the same versions.
        for dev in {with_dev, False}:
            _stamp(with_dev=dev).write_text(_digest(with_dev=dev))
        INCOMPLETE.unlink()
    except OSError as error:
        raise SetUpError(f"cannot write to {VENV}: {error.strerror}") from None
    print(f"Set up in {VENV}", flush=True)


def _is_sound() -> bool:
    """Say whether there is an environment of this Python's version that was not left half made."""
    if INCOMPLETE.exists() or not PYTHON.exists():
        return False
    asked = subprocess.run(
        [str(PYTHON), "-c", "import pip, sys; print(*sys.version_info[:2], sep='.')"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        check=False,
    )
    return asked.stdout.decode().strip() == _version(sys.version_info[:2])


def _make_venv() -> None:
    import venv  # noqa: PLC0415  some systems lack it, which check_python says better

    print(f"1/3  Making .venv with Python {_version(sys.version_info[:3])}", flush=True)
    VENV.mkdir(exist_ok=True)
    INCOMPLETE.touch()
    for child in VENV.iterdir():
        if child.is_dir() and not child.is_symlink():
            shutil.rmtree(str(child))
        elif child != INCOMPLETE:
            child.unlink()
    try:
        venv.create(VENV, with_pip=True, symlinks=True)
    except subprocess.CalledProcessError as error:
        raise SetUpError(f"cannot make {VENV}: {error}") from None


def _install_lock(lock: Path) -> None:
    total = sum(1 for line in lock.read_text().splitlines() if line[:1].isalnum())
    print(f"2/3  Installing up to {total} packages from {lock.name}", flush=True)
    _pip("--require-hashes", "--no-deps", "--prefer-binary", "--requirement", str(lock))


def _install_checkout() -> None:
    print("3/3  Installing heliograph and `helio` from this folder", flush=True)
    _pip("--no-build-isolation", "--no-deps", "--editable", str(ROOT))


def _pip(*arguments: str) -> None:
    """Run pip install, showing a line for each package; all that it said when it fails."""
    pip = subprocess.Popen(
        [str(PYTHON), "-m", "pip", "install", *_PIP_OPTIONS, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd=str(ROOT),
        universal_newlines=True,
    )
    said = []
    for line in pip.stdout or ():
        said.append(line)
        if line.startswith("Collecting "):
            print(f"     {line.split()[1]}", flush=True)
        elif line.startswith("Installing collected packages"):
            print("     unpacking", flush=True)
    if pip.wait():
        sys.stderr.writelines(said[-15:])
        raise SetUpError("pip could not install what is needed (see above); then run this again")


def _version(numbers: tuple[int, ...]) -> str:
    return ".".join(str(number) for number in numbers)


if __name__ == "__main__":
    sys.exit(main())
