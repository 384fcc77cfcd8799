"""A cluster's data folder: its one owner, its state, its logs and its admin token."""

import contextlib
import fcntl
import os
import secrets
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import orjson

from servicekit.durable_files import sync_folder, write_private
from servicekit.failures import StartError
from servicekit.settings import private_folder

_LOCK_SECONDS = 0.5
_PAUSE_SECONDS = 0.02
# What a folder that is not empty must have one of, to be taken for a data folder.
_SIGNS = ("lock", "logs", "resource-store.sqlite3")


class AlreadyRunningError(StartError):
    """Another supervisor owns the data folder."""

    def __init__(self, pid: int) -> None:
        super().__init__(f"already running (pid {pid}); `helio down` stops it")


@dataclass(frozen=True, slots=True)
class ClusterState:
    """What a supervisor tells of the cluster that it runs."""

    pid: int
    port: int
    started: float
    """Seconds since 1970."""
    services: Mapping[str, int]
    """The process ids of the services that are running."""
    restarts: Mapping[str, int]


class DataFolder:
    """Where one cluster keeps everything."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.logs = path / "logs"
        self._lock = path / "lock"
        self._state = path / "cluster.json"
        self._admin_token = path / "secrets" / "admin-token"
        self._changing = path / "restore-unfinished"

    def prepare(self) -> None:
        """Make the folder, for its owner alone. Raises `StartError` when that cannot be."""
        if self.path.is_dir() and os.access(self.path, os.R_OK) and not self._is_ours():
            raise StartError(
                f"{self.path} has other files in it: choose another --data folder, or an empty one"
            )
        private_folder(self.path)
        private_folder(self.logs)

    def _is_ours(self) -> bool:
        return not any(self.path.iterdir()) or any((self.path / sign).exists() for sign in _SIGNS)

    def log_of(self, service: str) -> Path:
        """Return the file that a service logs to."""
        return self.logs / f"{service}.log"

    @contextlib.contextmanager
    def owned(self) -> Iterator[None]:
        """Be the folder's one owner; the kernel takes that back from a process that dies.

        Raises `AlreadyRunningError`, or `StartError` when the folder cannot be written to.
        """
        try:
            lock = os.open(self._lock, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise StartError(
                f"cannot write to {self.path}: {error.strerror}; choose another --data folder"
            ) from None
        try:
            self._take(lock)
            os.ftruncate(lock, 0)
            os.write(lock, str(os.getpid()).encode())
            yield
            self._state.unlink(missing_ok=True)
            os.ftruncate(lock, 0)
        finally:
            os.close(lock)

    def _take(self, lock: int) -> None:
        # `owner` holds the lock for an instant, and must not be taken for another cluster.
        ends = time.monotonic() + _LOCK_SECONDS
        while not _locked(lock, fcntl.LOCK_EX):
            if time.monotonic() > ends and (owner := self.owner()) is not None:
                raise AlreadyRunningError(owner)
            time.sleep(_PAUSE_SECONDS)

    @contextlib.contextmanager
    def changing_data(self) -> Iterator[None]:
        """Mark the data as neither the former nor the new ones, until all of them are in place."""
        self._changing.touch(mode=0o600)
        sync_folder(self.path)
        yield
        self._changing.unlink()
        sync_folder(self.path)

    def refuse_half_restored(self) -> None:
        """Raise `StartError` when a restore was interrupted while it changed the data."""
        if self._changing.exists():
            raise StartError(
                f"a restore of {self.path} was interrupted: run `helio restore` again, with"
                " --force; the former data are below its replaced-…"
            )

    def owner(self) -> int | None:
        """Return the process id of the supervisor that runs here; None when there is none."""
        try:
            lock = os.open(self._lock, os.O_RDONLY)
        except OSError:
            return None
        try:
            return self._holder(lock)
        finally:
            os.close(lock)

    def _holder(self, lock: int) -> int | None:
        # One that begins has not noted itself yet, and one that ends does not any more.
        ends = time.monotonic() + _LOCK_SECONDS
        while not _locked(lock, fcntl.LOCK_SH):
            if noted := self._lock.read_text():
                return int(noted)
            if time.monotonic() > ends:
                raise StartError(f"{self._lock} is held by an unknown process: find and end it")
            time.sleep(_PAUSE_SECONDS)
        return None

    def write_state(self, state: ClusterState) -> None:
        """Note what runs, for `state`."""
        new = self._state.with_suffix(".new")
        new.write_bytes(orjson.dumps(asdict(state)))
        new.replace(self._state)

    def state(self) -> ClusterState | None:
        """Return what the last supervisor noted; None when it ended in order, or none ever ran."""
        try:
            return ClusterState(**orjson.loads(self._state.read_bytes()))
        except FileNotFoundError:
            return None

    def kept_admin_token(self) -> str | None:
        """Return the token that was made here; None when none was."""
        try:
            return self._admin_token.read_text().strip()
        except FileNotFoundError:
            return None

    def admin_token(self) -> str:
        """Return the token that was made here; make it now if need be, for its owner alone."""
        if (kept := self.kept_admin_token()) is not None:
            return kept
        private_folder(self._admin_token.parent)
        made = secrets.token_urlsafe(32)
        new = self._admin_token.with_suffix(".new")
        new.unlink(missing_ok=True)
        write_private(new, f"{made}\n".encode())
        new.replace(self._admin_token)
        return made


def _locked(lock: int, kind: int) -> bool:
    try:
        fcntl.flock(lock, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
