"""Going through the state of a tenant, a page at a time."""

import sqlite3
from collections.abc import Iterator
from typing import Final

from resource_store.adapters.looking import fitting, size_of_whole
from resource_store.adapters.sqlite.rows import COLUMNS, read_members, resource_of
from resource_store.domain.resources import Ref, Stamp
from resource_store.domain.snapshots import Tombstone, Whole

RESOURCES_AFTER: Final = f"""
    SELECT {COLUMNS} FROM resources
    WHERE tenant = ? AND resource_type = ? AND id > ? ORDER BY id LIMIT ?
"""  # noqa: S608 constants
TOMBSTONES_AFTER: Final = """
    SELECT resource_type, id, clock, cluster FROM tombstones
    WHERE tenant = ? AND id > ? AND NOT is_back ORDER BY id LIMIT ?
"""
_COUNT: Final = """
    SELECT (SELECT count(*) FROM resources WHERE tenant = :tenant)
        + (SELECT count(*) FROM tombstones WHERE tenant = :tenant AND NOT is_back)
"""


def resources_after(
    connection: sqlite3.Connection, tenant: str, after: Ref, *, limit: int
) -> list[Whole]:
    """Return the resources of a type after an id, as many of them as fit one message."""
    return list(fitting(_wholes(connection, tenant, after, limit), size_of_whole))


def tombstones_after(
    connection: sqlite3.Connection, tenant: str, after: str, *, limit: int
) -> list[Tombstone]:
    """Return the tombstones after an id."""
    rows = connection.execute(TOMBSTONES_AFTER, (tenant, after, limit))
    return [Tombstone(Ref(row[0], row[1]), Stamp(row[2], row[3])) for row in rows]


def count(connection: sqlite3.Connection, tenant: str) -> int:
    """Return how many resources and tombstones a tenant has."""
    (found,) = connection.execute(_COUNT, {"tenant": tenant}).fetchone()
    return int(found)


def _wholes(connection: sqlite3.Connection, tenant: str, after: Ref, limit: int) -> Iterator[Whole]:
    rows = connection.execute(RESOURCES_AFTER, (tenant, after.resource_type, after.id, limit))
    for resource in map(resource_of, rows):
        members = read_members(connection, tenant, resource.ref.id)
        yield Whole(resource, tuple(members.values()))
