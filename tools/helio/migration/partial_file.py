"""A file of resources in the making, one a line, that goes on after a kill where it was."""

import fcntl
import gzip
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from servicekit.durable_files import sync_folder, write_private
from servicekit.failures import StartError

State = Mapping[str, Any]


class PartialFile:
    """`NAME.partial` with `NAME.partial.json` beside it, which says how much of it counts.

    The state is written after what it tells of is durable; what is behind its `bytes` is of a
    process that was killed in between, and is cut off.
    """

    def __init__(self, target: Path) -> None:
        self.target = target
        self._partial = target.with_name(f"{target.name}.partial")
        self._state = target.with_name(f"{target.name}.partial.json")
        self._is_compressed = target.suffix == ".gz"
        self._file: BinaryIO | None = None

    @contextmanager
    def opened(self) -> Iterator[State | None]:
        """Hold the file until the block ends; gives the state that it was left in, if any.

        Raises `StartError` when it cannot be had.
        """
        if os.path.lexists(self.target):
            raise StartError(f"{self.target} exists already: choose another name, or delete it")
        try:
            descriptor = os.open(self._partial, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise StartError(f"cannot write {self._partial}: {error.strerror}") from None
        with os.fdopen(descriptor, "r+b") as file:
            self._file = file
            self._lock(file)
            state = self._left_state()
            self.cut(0 if state is None else state["bytes"])
            yield state

    def _lock(self, file: BinaryIO) -> None:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StartError(f"another `helio` is writing {self._partial}") from None

    def _left_state(self) -> State | None:
        try:
            state: State = orjson.loads(self._state.read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, orjson.JSONDecodeError):
            raise StartError(f"cannot read {self._state}: delete it to begin anew") from None
        return state

    @property
    def _open(self) -> BinaryIO:
        assert self._file is not None, "outside of `opened`"  # noqa: S101  a programming error
        return self._file

    @property
    def size(self) -> int:
        """How long the file is, in bytes."""
        return self._open.seek(0, os.SEEK_END)

    def cut(self, size: int) -> None:
        """Cut off what is behind `size` bytes."""
        self._open.truncate(size)

    def append(self, resources: Sequence[Mapping[str, Any]]) -> None:
        """Write resources, one a line; they are durable once `keep` says so."""
        if not resources:
            return
        lines = b"".join(orjson.dumps(resource) + b"\n" for resource in resources)
        self._open.seek(0, os.SEEK_END)
        # Each page is a gzip member of its own, so that a file can be cut between them.
        self._open.write(gzip.compress(lines, mtime=0) if self._is_compressed else lines)

    def keep(self, state: State) -> None:
        """Make what was written durable, and then how far that is."""
        self._open.flush()
        os.fsync(self._open.fileno())
        new = self._state.with_suffix(".new")
        new.unlink(missing_ok=True)
        write_private(new, orjson.dumps({**state, "bytes": self.size}))
        new.replace(self._state)
        sync_folder(self.target.parent)

    def ids(self, *, behind: int) -> Iterator[str]:
        """Give the ids of the resources that are behind so many bytes."""
        with self._partial.open("rb") as raw:
            raw.seek(behind)
            lines = gzip.GzipFile(fileobj=raw) if self._is_compressed else raw
            for line in lines:
                if isinstance(found := orjson.loads(line).get("id"), str):
                    yield found

    def finish(self) -> None:
        """Give the file its name. What has the name is whole."""
        self._open.flush()
        os.fsync(self._open.fileno())
        self._partial.rename(self.target)
        self._state.unlink(missing_ok=True)
        sync_folder(self.target.parent)
