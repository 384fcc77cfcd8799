"""Erasing what is left of resources, and the reports of that."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, TypeVar

import orjson

from resource_store.adapters.sqlite.deleted_resources import remove_kept
from resource_store.adapters.sqlite.purging import refuse_closed
from resource_store.domain.erasures import Erasure
from resource_store.domain.errors import StorageFailedError
from resource_store.domain.resources import Ref
from servicekit.failures import StorageError
from servicekit.sqlite import Database, Operation

T = TypeVar("T")

_REF: Final = """
    SELECT resource_type, id FROM resources WHERE tenant = ?1 AND id = ?2
    UNION ALL SELECT resource_type, id FROM tombstones WHERE tenant = ?1 AND id = ?2
"""
_REPORT: Final = """
    SELECT tenant, id, resource_type, requested_by, begun, completed, through, removed
    FROM erasures
"""
_ONE: Final = f"{_REPORT} WHERE tenant = ? AND id = ?"
_PUT: Final = "INSERT OR REPLACE INTO erasures VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
# What is scanned stands before the data, which go on to further pages.
_CHANGES: Final = "SELECT position, committed FROM changes WHERE tenant = ? AND id = ?"
_SCRUB_CHANGE: Final = """
    UPDATE changes SET data = x'', attributes = '[]', external_id = '', erased = 1,
        state = NULL, replaced = NULL
    WHERE position = ? AND NOT erased
"""
_FORGET_PROMISES: Final = """
    DELETE FROM async_requests
    WHERE tenant = ?1 AND settled IS NOT NULL AND instr(completions, CAST(?2 AS BLOB))
"""


class SqliteErasures:
    """Implements the port `Erasures` in the file of the resources."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def ref_of(self, tenant: str, resource_id: str) -> Ref | None:
        """Return the name of the resource that has or had an id."""
        named = (tenant, resource_id)
        row = await self._database.read(lambda c: c.execute(_REF, named).fetchone())
        return Ref(*row) if row else None

    async def begin(self, erasure: Erasure) -> None:
        """Keep a report."""

        def write(connection: sqlite3.Connection) -> None:
            refuse_closed(connection, erasure.tenant)
            known = _read(connection, erasure.tenant, erasure.id)
            _put(connection, erasure if known is None else replace(known, completed=0))

        await self._written(write)

    async def scrub(self, tenant: str, resource_id: str) -> Erasure:
        """Remove what is kept, and the data of its changes."""
        # Looked for by a reader, as nobody may write meanwhile; none is added once it is deleted.
        changes = await self._database.read(
            lambda c: c.execute(_CHANGES, (tenant, resource_id)).fetchall()
        )

        def write(connection: sqlite3.Connection) -> Erasure:
            positions = [(position,) for position, _ in changes]
            removed = {
                "store_kept_resources": remove_kept(connection, tenant, resource_id),
                "store_changes": connection.executemany(_SCRUB_CHANGE, positions).rowcount
                if positions
                else 0,
                "store_async_requests": connection.execute(
                    _FORGET_PROMISES, (tenant, resource_id)
                ).rowcount,
            }
            through = max((committed for _, committed in changes), default=0)
            known = _read(connection, tenant, resource_id)
            if known is None:
                raise StorageFailedError("the erasure has not begun")
            erasure = replace(known.with_more(removed), through=max(known.through, through))
            _put(connection, erasure)
            return erasure

        return await self._written(write)

    async def make_unreadable(self) -> None:
        """Rewrite the file."""
        try:
            await self._database.compact()
        except StorageError as error:
            raise StorageFailedError(str(error)) from error

    async def record(
        self, tenant: str, resource_id: str, removed: Mapping[str, int], *, completed: int
    ) -> Erasure | None:
        """Add to a report."""

        def write(connection: sqlite3.Connection) -> Erasure | None:
            known = _read(connection, tenant, resource_id)
            if known is None:
                return None
            erasure = known.with_more(removed, completed=completed)
            _put(connection, erasure)
            return erasure

        return await self._written(write)

    async def page(
        self, tenant: str, *, resource_id: str | None, after: str, limit: int
    ) -> Sequence[Erasure]:
        """Return reports."""
        wanted = f"{_REPORT} WHERE tenant = ?1 AND id > ?2 AND (?3 IS NULL OR id = ?3)"
        statement, values = f"{wanted} ORDER BY id LIMIT ?4", (tenant, after, resource_id, limit)
        rows = await self._database.read(lambda c: c.execute(statement, values).fetchall())
        return [_erasure(row) for row in rows]

    async def _written(self, operation: Operation[T]) -> T:
        try:
            return await self._database.write(operation)
        except StorageError as error:
            raise StorageFailedError(str(error)) from error


def _read(connection: sqlite3.Connection, tenant: str, resource_id: str) -> Erasure | None:
    row = connection.execute(_ONE, (tenant, resource_id)).fetchone()
    return _erasure(row) if row else None


def _put(connection: sqlite3.Connection, erasure: Erasure) -> None:
    row = (
        erasure.tenant,
        erasure.id,
        erasure.resource_type,
        erasure.requested_by,
        erasure.begun,
        erasure.completed,
        erasure.through,
        orjson.dumps(dict(erasure.removed)).decode(),
    )
    connection.execute(_PUT, row)


def _erasure(row: tuple[Any, ...]) -> Erasure:
    tenant, resource_id, resource_type, requested_by, begun, completed, through, removed = row
    return Erasure(
        tenant=tenant,
        id=resource_id,
        resource_type=resource_type,
        requested_by=requested_by,
        begun=begun,
        completed=completed,
        through=through,
        removed=orjson.loads(removed),
    )
