"""An embedded database whose waiting writers share one commit."""

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Hashable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from servicekit.failures import StartError, StorageError
from servicekit.fair_queue import FairQueue
from servicekit.sqlite_batches import Write, calling, commit, tell

T = TypeVar("T")
ItemT = TypeVar("ItemT")
Operation = Callable[[sqlite3.Connection], T]
OperationOnEach = Callable[[sqlite3.Connection, Sequence[ItemT]], Sequence[T | Exception]]
"""What it makes of each item; an exception is the outcome of its item alone."""

_MAX_BATCH = 64
_READERS = 2
_CHECKPOINT_ATTEMPTS = 3
# 32 MB: the keys of new rows go to pages all over the file, and the same ones again soon.
_CHECKPOINT_PAGES = 8000


class Database:
    """One SQLite file in WAL mode with synchronous=FULL: what `write` returned from is durable.

    Each write is a function of the connection, run in a savepoint of a transaction that it may
    share with other waiting writes: one that raises is undone alone. Reads see committed state.
    A function of many items is run once for all of them that share a transaction.
    """

    def __init__(self, path: Path, migrations: Sequence[str], *, is_synced: bool = True) -> None:
        """Open or make the file, and bring its tables to the newest of `migrations`.

        Without `is_synced`, what was written last may be gone after a loss of power, and no write
        waits for the disk: for what nobody was promised. Raises `StartError` when the file cannot
        be used or was written by a newer release.
        """
        self.path = path
        try:
            self._writer_connection = _connect(path)
            if not is_synced:
                self._writer_connection.execute("PRAGMA synchronous = NORMAL")
            _migrate(self._writer_connection, path, migrations)
        except sqlite3.Error as error:
            raise StartError(f"cannot use {path}: {error}") from None
        self._writes: FairQueue[Write] = FairQueue()
        self._rewrites: list[Write] = []
        self._changed = threading.Condition()
        self._closing = False
        self._writer = threading.Thread(
            target=self._write_batches, name="sqlite-writer", daemon=True
        )
        self._writer.start()
        self._local = threading.local()
        self._reader_connections: list[sqlite3.Connection] = []
        self._readers = ThreadPoolExecutor(_READERS, "sqlite-reader", self._open_reader)

    async def write(self, operation: Operation[T], *, lane: Hashable = None) -> T:
        """Run `operation` and return its value once it is durable.

        Those that wait in different lanes (of tenants, say) take turns. Raises what it raised
        (nothing of it remains then), or `StorageError`.
        """
        value: T = await self._written([(lane, None)], operation, is_single=True)
        return value

    async def write_each(
        self, operation: OperationOnEach[ItemT, T], items: Iterable[tuple[Hashable, ItemT]]
    ) -> list[T | Exception]:
        """Return what `operation` makes of each item, in order, once all of them are durable.

        Each comes with its lane. They are given in their order, but not all at once, and together
        with those of other calls. Where the operation raises, each is tried alone: it becomes the
        outcome of those for which it raises again.
        """
        laned = list(items)
        if not laned:
            return []
        outcomes: list[T | Exception] = await self._written(laned, operation)
        return outcomes

    async def read(self, operation: Operation[T]) -> T:
        """Run `operation`, which only reads, on one snapshot of the committed state."""
        return await asyncio.get_running_loop().run_in_executor(
            self._readers, self._read, operation
        )

    async def compact(self) -> None:
        """Rewrite the file, so that nothing of what was deleted is left in it or in its WAL.

        Writes wait for it: some ten seconds for each GB. Raises `StorageError`.
        """
        call, (write,) = calling([None], _rewrite, is_single=True)
        with self._changed:
            self._rewrites.append(write)
            self._changed.notify()
        await call.result

    async def close(self) -> None:
        """Finish the writes that wait, and close the file."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        await asyncio.to_thread(self._writer.join)
        self._readers.shutdown(wait=True)
        for connection in self._reader_connections:
            connection.close()
        self._writer_connection.close()

    async def _written(
        self,
        laned: Sequence[tuple[Hashable, Any]],
        operation: Callable[..., Any],
        *,
        is_single: bool = False,
    ) -> Any:  # noqa: ANN401  it is the operation's
        call, writes = calling([item for _, item in laned], operation, is_single=is_single)
        with self._changed:
            for (lane, _), write in zip(laned, writes, strict=True):
                self._writes.put(lane, write)
            self._changed.notify()
        return await call.result

    def _open_reader(self) -> None:
        connection = _connect(self.path)
        connection.execute("PRAGMA query_only = ON")
        self._local.connection = connection
        self._reader_connections.append(connection)

    def _read(self, operation: Operation[T]) -> T:
        connection: sqlite3.Connection = self._local.connection
        connection.execute("BEGIN")
        try:
            return operation(connection)
        finally:
            connection.execute("ROLLBACK")

    def _write_batches(self) -> None:
        while batch := self._next_batch():
            if batch[0].operation is _rewrite:
                _run_alone(self._writer_connection, batch)
            else:
                commit(self._writer_connection, batch)
            tell(batch)

    def _next_batch(self) -> list[Write]:
        """Return what waits, as soon as something does; nothing at the end."""
        with self._changed:
            self._changed.wait_for(
                lambda: self._closing or len(self._writes) > 0 or bool(self._rewrites)
            )
            if self._rewrites:
                rewrites, self._rewrites = self._rewrites, []
                return rewrites
            return self._writes.take(_MAX_BATCH)


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=30)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA cache_size = -32000")
    connection.execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT_PAGES}")
    return connection


def _migrate(connection: sqlite3.Connection, path: Path, migrations: Sequence[str]) -> None:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > len(migrations):
        raise StartError(
            f"{path} was written by a newer release (schema {version}, this one knows"
            f" {len(migrations)}): install that release, or restore a backup"
        )
    for number, script in enumerate(migrations[version:], start=version + 1):
        connection.executescript(f"BEGIN;\n{script}\n;PRAGMA user_version = {number};\nCOMMIT;")


def _rewrite(connection: sqlite3.Connection) -> None:
    connection.execute("VACUUM")
    # The WAL is emptied once no reader looks into it any more, which none does for long.
    for _ in range(_CHECKPOINT_ATTEMPTS):
        (is_busy, *_) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if not is_busy:
            return
    raise sqlite3.OperationalError("readers held on to what was to be removed: try again")


def _run_alone(connection: sqlite3.Connection, rewrites: Sequence[Write]) -> None:
    """Rewrite once for all who asked for it."""
    try:
        _rewrite(connection)
    except sqlite3.Error as error:
        for each in rewrites:
            each.error = StorageError(f"the file was not rewritten: {error}")
