"""Requests that wait to be carried out, and what became of them."""

import sqlite3
from collections.abc import Sequence
from typing import Any, Final

from resource_store.adapters.completion_json import completions_json, completions_of
from resource_store.adapters.sqlite import feed
from resource_store.adapters.sqlite.purging import refuse_closed
from resource_store.domain.async_requests import (
    AsyncOutcome,
    AsyncRequest,
    Completion,
    Promise,
    told,
)
from resource_store.domain.clock import HybridClock
from resource_store.domain.errors import StorageFailedError
from servicekit.failures import StorageError
from servicekit.signals import News
from servicekit.sqlite import Database, Operation

_QUEUE: Final = """
    INSERT OR IGNORE INTO async_requests (tenant, txn, principal, operation, accepted)
    VALUES (?, ?, ?, ?, ?)
"""
_WAITING: Final = """
    SELECT tenant, txn, principal, operation, accepted FROM async_requests
    WHERE settled IS NULL ORDER BY accepted, number LIMIT ?
"""
_SETTLE: Final = """
    UPDATE async_requests SET settled = ?, completions = ?, operation = x''
    WHERE tenant = ? AND txn = ? AND settled IS NULL
"""
_FIND: Final = """
    SELECT tenant, txn, principal, operation, accepted, completions, settled
    FROM async_requests WHERE tenant = ? AND txn = ?
"""
_FORGET: Final = "DELETE FROM async_requests WHERE settled IS NOT NULL AND settled < ?"


class SqliteAsyncRequests:
    """Implements the port `AsyncRequests` in the file of the resources."""

    def __init__(self, database: Database, clock: HybridClock, news: News) -> None:
        self._database = database
        self._clock = clock
        self._news = news

    async def queue(self, requests: Sequence[AsyncRequest]) -> None:
        """Make requests durable."""
        rows = [(r.tenant, r.txn, r.principal, r.operation, r.accepted) for r in requests]

        def queue_all(connection: sqlite3.Connection) -> None:
            for tenant in {each.tenant for each in requests}:
                refuse_closed(connection, tenant)
            connection.executemany(_QUEUE, rows)

        await self._written(queue_all)

    async def waiting(self, *, limit: int) -> Sequence[AsyncRequest]:
        """Return the requests without an outcome."""
        rows = await self._database.read(lambda c: c.execute(_WAITING, (limit,)).fetchall())
        return [AsyncRequest(*row) for row in rows]

    async def settle(self, tenant: str, txn: str, completions: Sequence[Completion]) -> None:
        """Give a request its outcome."""
        await self._written(lambda c: settle(c, self._clock, (tenant, txn), completions))
        self._news.publish()

    async def find(self, tenant: str, txn: str) -> Promise | None:
        """Return a request and its outcome."""
        row = await self._database.read(lambda c: c.execute(_FIND, (tenant, txn)).fetchone())
        return _promise(row) if row else None

    async def forget(self, *, settled_before: int) -> None:
        """Remove requests whose outcome is old."""
        await self._written(lambda c: c.execute(_FORGET, (settled_before,)))

    async def _written(self, operation: Operation[object]) -> None:
        try:
            await self._database.write(operation)
        except StorageError as error:
            raise StorageFailedError(str(error)) from error


def settle(
    connection: sqlite3.Connection,
    clock: HybridClock,
    request: tuple[str, str],
    completions: Sequence[Completion],
) -> None:
    """Give a request its outcome, in the transaction of the change that it led to.

    It is named by its tenant and txn; one that has an outcome, or is unknown, is left alone.
    """
    kept = (clock.now(), completions_json(completions))
    if not connection.execute(_SETTLE, (*kept, *request)).rowcount:
        return
    for completion in completions:
        stamp = clock.next_stamp()
        feed.append(connection, [(told(completion, request[0], stamp), stamp.clock)])


def _promise(row: tuple[Any, ...]) -> Promise:
    request, (completions, settled) = AsyncRequest(*row[:5]), row[5:]
    if settled is None:
        return Promise(request, None)
    return Promise(request, AsyncOutcome(completions_of(completions), settled))
