"""What a copy of the store is checked by."""

import sqlite3

from resource_store.adapters.sqlite import feed
from resource_store.domain.changes import cursor_at, position_of
from resource_store.domain.errors import EpochChangedError, InvalidCursorError

_KNOWS_CLOSED = "SELECT 1 FROM sqlite_master WHERE name = 'closed_tenants'"
_CLOSED = "SELECT 1 FROM closed_tenants WHERE tenant = ?"
_CLOCK = """
    SELECT origin_clock FROM resources WHERE tenant = ?1 AND id = ?2
    UNION ALL SELECT clock FROM tombstones WHERE tenant = ?1 AND id = ?2
"""


def cluster_of(connection: sqlite3.Connection) -> str:
    """Return the cluster's id."""
    return _meta(connection, "cluster")


def feed_end(connection: sqlite3.Connection) -> str:
    """Return the cursor after the last change."""
    return cursor_at(_meta(connection, "epoch"), feed.end(connection))


def reaches(connection: sqlite3.Connection, cursor: str) -> bool:
    """Say whether the feed has come as far as a cursor; one of a former epoch is no matter."""
    try:
        position = position_of(cursor, epoch=_meta(connection, "epoch"))
    except EpochChangedError:
        return True
    except InvalidCursorError:
        return False
    return position <= feed.end(connection)


def last_clock_of(connection: sqlite3.Connection, tenant: str, resource_id: str) -> int | None:
    """Return the clock of a resource's, or its tombstone's, last change; None without either."""
    clocks = [clock for (clock,) in connection.execute(_CLOCK, (tenant, resource_id))]
    return max(clocks, default=None)


def is_closed(connection: sqlite3.Connection, tenant: str) -> bool:
    """Say whether a tenant is being deleted, or has been; of older files none is."""
    if connection.execute(_KNOWS_CLOSED).fetchone() is None:
        return False
    return connection.execute(_CLOSED, (tenant,)).fetchone() is not None


def _meta(connection: sqlite3.Connection, name: str) -> str:
    (value,) = connection.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
    return str(value)
