"""Requests that wait to be carried out, and what became of them."""

import sqlite3
from collections.abc import Sequence
from typing import Any, Final

from resource_store.adapters.sqlite.purging import refuse_closed
from resource_store.domain.async_requests import AsyncOutcome, AsyncRequest, Promise
from resource_store.domain.errors import StorageFailedError
from servicekit.failures import StorageError
from servicekit.sqlite import Database, Operation

_QUEUE: Final = """
    INSERT OR IGNORE INTO async_requests (tenant, txn, operation, accepted) VALUES (?, ?, ?, ?)
"""
_WAITING: Final = """
    SELECT tenant, txn, operation, accepted FROM async_requests
    WHERE status IS NULL ORDER BY accepted, number LIMIT ?
"""
_SETTLE: Final = """
    UPDATE async_requests SET status = ?, location = ?, version = ?, error = ?
    WHERE tenant = ? AND txn = ? AND status IS NULL
"""
_FIND: Final = """
    SELECT tenant, txn, operation, accepted, status, location, version, error
    FROM async_requests WHERE tenant = ? AND txn = ?
"""
_FORGET: Final = "DELETE FROM async_requests WHERE status IS NOT NULL AND accepted < ?"


class SqliteAsyncRequests:
    """Implements the port `AsyncRequests` in the file of the resources."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def queue(self, requests: Sequence[AsyncRequest]) -> None:
        """Make requests durable."""
        rows = [(each.tenant, each.txn, each.operation, each.accepted) for each in requests]

        def queue_all(connection: sqlite3.Connection) -> None:
            for tenant in {each.tenant for each in requests}:
                refuse_closed(connection, tenant)
            connection.executemany(_QUEUE, rows)

        await self._written(queue_all)

    async def waiting(self, *, limit: int) -> Sequence[AsyncRequest]:
        """Return the requests without an outcome."""
        rows = await self._database.read(lambda c: c.execute(_WAITING, (limit,)).fetchall())
        return [AsyncRequest(*row) for row in rows]

    async def settle(self, tenant: str, txn: str, outcome: AsyncOutcome) -> None:
        """Give a request its outcome."""
        await self._written(lambda c: settle(c, tenant, txn, outcome))

    async def find(self, tenant: str, txn: str) -> Promise | None:
        """Return a request and its outcome."""
        row = await self._database.read(lambda c: c.execute(_FIND, (tenant, txn)).fetchone())
        return _promise(row) if row else None

    async def forget(self, *, accepted_before: int) -> None:
        """Remove old requests that have an outcome."""
        await self._written(lambda c: c.execute(_FORGET, (accepted_before,)))

    async def _written(self, operation: Operation[object]) -> None:
        try:
            await self._database.write(operation)
        except StorageError as error:
            raise StorageFailedError(str(error)) from error


def settle(connection: sqlite3.Connection, tenant: str, txn: str, outcome: AsyncOutcome) -> None:
    """Give a request its outcome, in the transaction of the change that it led to."""
    told = (outcome.status, outcome.location, outcome.version, outcome.error)
    connection.execute(_SETTLE, (*told, tenant, txn))


def _promise(row: tuple[Any, ...]) -> Promise:
    return Promise(AsyncRequest(*row[:4]), None if row[4] is None else AsyncOutcome(*row[4:]))
