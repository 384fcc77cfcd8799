"""What is kept of deleted resources, as rows."""

import sqlite3
from collections.abc import Iterator, Sequence
from typing import Any, Final

from resource_store.adapters.sqlite.rows import COLUMNS, resource_of
from resource_store.domain.kept import Kept
from resource_store.domain.resources import Stored
from resource_store.ports.deleted_resources import DeletedSelection
from servicekit.sqlite import Database

_KEPT: Final = f"SELECT {COLUMNS}, password_hash, deleted, purge_after FROM deleted_resources"  # noqa: S608 constants
_PUT: Final = """
    INSERT OR REPLACE INTO deleted_resources (tenant, id, resource_type, external_id, deleted,
        purge_after, version, created, last_modified, origin_clock, origin_cluster, password_hash,
        attributes)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_REMOVE: Final = "DELETE FROM deleted_resources WHERE tenant = ? AND id = ?"
_LAST: Final = """
    SELECT id FROM deleted_resources
    WHERE tenant = ? AND resource_type = ? AND external_id = ? ORDER BY deleted DESC LIMIT 1
"""
_PURGE: Final = """
    DELETE FROM deleted_resources WHERE rowid IN (
        SELECT rowid FROM deleted_resources WHERE purge_after <= ? ORDER BY purge_after LIMIT ?
    )
"""


def put_kept(connection: sqlite3.Connection, tenant: str, kept: Kept) -> None:
    """Keep a resource that is being deleted."""
    resource = kept.stored.resource
    row = (
        tenant,
        resource.ref.id,
        resource.ref.resource_type,
        kept.external_id,
        kept.deleted,
        kept.purge_after,
        resource.version,
        resource.created,
        resource.last_modified,
        resource.origin.clock,
        resource.origin.cluster,
        kept.stored.password_hash,
        resource.attributes,
    )
    connection.execute(_PUT, row)


def read_kept(connection: sqlite3.Connection, tenant: str, resource_id: str) -> Kept | None:
    """Return what is kept under an id."""
    row = connection.execute(f"{_KEPT} WHERE tenant = ? AND id = ?", (tenant, resource_id))
    return next(map(_kept, row), None)


def remove_kept(connection: sqlite3.Connection, tenant: str, resource_id: str) -> int:
    """Keep no longer what is under an id; return how many resources that were."""
    return connection.execute(_REMOVE, (tenant, resource_id)).rowcount


class SqliteDeletedResources:
    """Implements the port `DeletedResources` in the file of the resources."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(self, selected: DeletedSelection, *, after: str, limit: int) -> Sequence[Kept]:
        """Return those of a selection after an id."""
        return await self._database.read(
            lambda connection: list(_page(connection, selected, after, limit))
        )

    async def last_of(self, tenant: str, resource_type: str, external_id: str) -> str | None:
        """Return the id of the one of an externalId that was deleted last."""
        named = (tenant, resource_type, external_id)
        row = await self._database.read(lambda c: c.execute(_LAST, named).fetchone())
        return row[0] if row else None

    async def purge(self, *, due: int, limit: int) -> int:
        """Remove some whose time has come."""
        return await self._database.write(lambda c: c.execute(_PURGE, (due, limit)).rowcount)


def _page(
    connection: sqlite3.Connection, selected: DeletedSelection, after: str, limit: int
) -> Iterator[Kept]:
    conditions = ["tenant = ?", "id > ?"]
    values = [selected.tenant, after]
    for column, value in (("resource_type", selected.resource_type), ("id", selected.id)):
        if value is not None:
            conditions.append(f"{column} = ?")
            values.append(value)
    wanted = f"{_KEPT} WHERE {' AND '.join(conditions)} ORDER BY id LIMIT ?"
    return map(_kept, connection.execute(wanted, (*values, limit)))


def _kept(row: tuple[Any, ...]) -> Kept:
    return Kept(Stored(resource_of(row), row[8]), deleted=row[9], purge_after=row[10])
