"""Writes that wait for an embedded database, and the transaction that they share."""

import asyncio
import contextlib
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from servicekit.failures import StorageError

# No fault of the write that met it: the file, the disk or the memory is.
_STORAGE_FAILURES = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_NOTADB,
        sqlite3.SQLITE_READONLY,
    }
)


@dataclass(slots=True, eq=False)
class Call:
    """Somebody who waits for writes: for one, or for each of several."""

    result: asyncio.Future[Any]
    loop: asyncio.AbstractEventLoop
    missing: int
    is_single: bool
    writes: "Sequence[Write]" = ()

    def settle(self, count: int) -> None:
        """Note that so many of the writes are done."""
        self.missing -= count
        if self.missing or self.result.done():
            return
        if not self.is_single:
            self.result.set_result([each.error or each.value for each in self.writes])
        elif (error := self.writes[0].error) is not None:
            self.result.set_exception(error)
        else:
            self.result.set_result(self.writes[0].value)


@dataclass(slots=True, eq=False)
class Write:
    """`operation` is of one connection, or of a connection and the items of several writes."""

    operation: Callable[..., Any]
    call: Call
    item: Any = None
    value: Any = None
    error: Exception | None = None


def calling(
    items: Sequence[Any], operation: Callable[..., Any], *, is_single: bool
) -> tuple[Call, Sequence[Write]]:
    """Return a call of the running loop, and its writes."""
    loop = asyncio.get_running_loop()
    call = Call(loop.create_future(), loop, missing=len(items), is_single=is_single)
    call.writes = [Write(operation, call, item) for item in items]
    return call, call.writes


def tell(batch: Sequence[Write]) -> None:
    """Let those who wait know what has become of the writes of a batch."""
    for loop, counts in _counts_by_loop(batch).items():
        loop.call_soon_threadsafe(_settle, counts)


def _counts_by_loop(
    batch: Sequence[Write],
) -> dict[asyncio.AbstractEventLoop, dict[Call, int]]:
    counts: dict[asyncio.AbstractEventLoop, dict[Call, int]] = {}
    for write in batch:
        of_loop = counts.setdefault(write.call.loop, {})
        of_loop[write.call] = of_loop.get(write.call, 0) + 1
    return counts


def _settle(counts: dict[Call, int]) -> None:
    for call, count in counts.items():
        call.settle(count)


def commit(connection: sqlite3.Connection, batch: Sequence[Write]) -> None:
    """Run a batch in one transaction; a write that raises is undone alone."""
    try:
        connection.execute("BEGIN IMMEDIATE")
        for _, writes in groupby(batch, _what_runs_at_once):
            _run(connection, list(writes))
        connection.execute("COMMIT")
    except sqlite3.Error as error:
        # The thread must survive a disk that fails even this: writers would wait for ever.
        with contextlib.suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        for write in batch:
            write.error = write.error or StorageError(f"nothing was stored: {error}")


def _what_runs_at_once(write: Write) -> object:
    return write if write.call.is_single else write.operation


def _run(connection: sqlite3.Connection, writes: Sequence[Write]) -> None:
    """Run one write, or several of one operation; where those raise, each by itself."""
    error = _run_in_savepoint(connection, writes)
    if error is None:
        return
    if len(writes) == 1:
        writes[0].error = error
        return
    for write in writes:
        write.error = _run_in_savepoint(connection, [write])


def _run_in_savepoint(connection: sqlite3.Connection, writes: Sequence[Write]) -> Exception | None:
    """Return what was raised; of a run that raises, nothing remains."""
    connection.execute("SAVEPOINT one_write")
    raised = None
    try:
        _run_operation(connection, writes)
    except Exception as error:  # it is the caller's
        if not connection.in_transaction or _is_storage_failure(error):
            # SQLite may have undone the whole transaction, and no other write would fare better.
            raise sqlite3.OperationalError(str(error)) from error
        connection.execute("ROLLBACK TO one_write")
        raised = error
    connection.execute("RELEASE one_write")
    return raised


def _run_operation(connection: sqlite3.Connection, writes: Sequence[Write]) -> None:
    first = writes[0]
    if first.call.is_single:
        first.value = first.operation(connection)
        return
    outcomes = first.operation(connection, [write.item for write in writes])
    for write, outcome in zip(writes, outcomes, strict=True):
        write.value = outcome


def _is_storage_failure(error: Exception) -> bool:
    # The low byte of an extended code is the primary one.
    code = getattr(error, "sqlite_errorcode", None)
    return code is not None and code & 0xFF in _STORAGE_FAILURES
