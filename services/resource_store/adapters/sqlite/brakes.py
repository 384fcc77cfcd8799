"""Where the brakes of tenants stand, and what they hold."""

import sqlite3
from collections.abc import Collection, Sequence
from typing import Any, Final

import orjson

from resource_store.adapters.sqlite.braking import read_state, write_state
from resource_store.adapters.sqlite.purging import refuse_closed
from resource_store.domain.brakes import BrakeState, released
from resource_store.domain.errors import StorageFailedError
from resource_store.domain.held_operations import HeldOperation, Risk
from resource_store.domain.resources import Ref
from resource_store.ports.brakes import Tally
from servicekit.failures import StorageError
from servicekit.sqlite import Database, Operation, T

_AFTER: Final = """
    SELECT resource_type, id, risk, asked_by, txn, version, first_asked, last_asked, attempts
    FROM held_operations WHERE tenant = ? AND id > ? ORDER BY id LIMIT ?
"""
_OF: Final = """
    SELECT resource_type, id, risk, asked_by, txn, version, first_asked, last_asked, attempts
    FROM held_operations WHERE tenant = ? AND id IN (SELECT value FROM json_each(?)) ORDER BY id
"""
_FORGET_ALL: Final = "DELETE FROM held_operations WHERE tenant = ?"
_FORGET: Final = """
    DELETE FROM held_operations WHERE tenant = ? AND id IN (SELECT value FROM json_each(?))
"""
_COUNT: Final = "SELECT count(*) FROM held_operations WHERE tenant = ?"
_TALLIES: Final = """
    SELECT tenant, on_since > 0,
        (SELECT count(*) FROM held_operations h WHERE h.tenant = b.tenant)
    FROM brakes b
"""


class SqliteBrakes:
    """Implements the port `Brakes` in the file of the resources."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def state(self, tenant: str) -> BrakeState:
        """Return where a tenant's brake stands."""
        return await self._database.read(lambda c: read_state(c, tenant))

    async def release(self, tenant: str, *, until: int, changes: int | None) -> BrakeState:
        """Let changes through."""

        def release(connection: sqlite3.Connection) -> BrakeState:
            refuse_closed(connection, tenant)
            state = released(read_state(connection, tenant), until=until, changes=changes)
            write_state(connection, tenant, state)
            return state

        return await self._written(release)

    async def held(self, tenant: str, after: str, *, limit: int) -> Sequence[HeldOperation]:
        """Return what is held, after an id."""
        return await self._found(_AFTER, tenant, after, limit)

    async def find(self, tenant: str, ids: Collection[str]) -> Sequence[HeldOperation]:
        """Return what is held of these resources."""
        return await self._found(_OF, tenant, _json(ids))

    async def forget(self, tenant: str, ids: Collection[str] | None) -> int:
        """Forget what is held."""
        if ids is None:
            return await self._written(lambda c: c.execute(_FORGET_ALL, (tenant,)).rowcount)
        return await self._written(lambda c: c.execute(_FORGET, (tenant, _json(ids))).rowcount)

    async def count(self, tenant: str) -> int:
        """Return how many operations are held."""
        (held,) = await self._database.read(lambda c: c.execute(_COUNT, (tenant,)).fetchone())
        return int(held)

    async def tallies(self) -> Sequence[Tally]:
        """Return the numbers of each tenant."""
        rows = await self._database.read(lambda c: c.execute(_TALLIES).fetchall())
        return [Tally(tenant, is_on=bool(is_on), held=held) for tenant, is_on, held in rows]

    async def _found(self, statement: str, *values: object) -> Sequence[HeldOperation]:
        rows = await self._database.read(lambda c: c.execute(statement, values).fetchall())
        return list(map(_operation, rows))

    async def _written(self, operation: Operation[T]) -> T:
        try:
            return await self._database.write(operation)
        except StorageError as error:
            raise StorageFailedError(str(error)) from error


def _json(ids: Collection[str]) -> str:
    return orjson.dumps(sorted(ids)).decode()


def _operation(row: tuple[Any, ...]) -> HeldOperation:
    resource_type, resource_id, risk, *rest = row
    return HeldOperation(Ref(resource_type, resource_id), Risk(risk), *rest)
