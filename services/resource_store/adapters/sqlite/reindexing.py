"""Index keys of what is stored, made anew where the definitions that they follow from changed."""

import sqlite3
from typing import Final

from resource_store.adapters.sqlite.rows import COLUMNS, resource_of
from resource_store.adapters.sqlite.sort_keys import kept_key
from resource_store.domain.key_layouts import (
    Claims,
    keys_of_stored,
    layout_of,
    left_over,
    refuse_forgotten_secrets,
)
from scim.registry import Registry
from scim.resource_type import ResourceType

_PREFIX: Final = "keys:"
_KEPT: Final = "SELECT substr(name, 6), value FROM meta WHERE name >= 'keys:' AND name < 'keys;'"
_KEEP: Final = "INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)"
_IS_THERE: Final = "SELECT 1 FROM resources WHERE tenant = ? AND resource_type = ? LIMIT 1"
_CLEAR: Final = "DELETE FROM index_keys WHERE tenant = ? AND resource_type = ?"
_EACH: Final = f"SELECT {COLUMNS} FROM resources WHERE tenant = ? AND resource_type = ?"  # noqa: S608 constants
_PUT: Final = "INSERT INTO index_keys (tenant, resource_type, path, key, id) VALUES (?, ?, ?, ?, ?)"
# By one look-up for each tenant, where DISTINCT would go through all resources.
_TENANTS: Final = """
    WITH RECURSIVE tenants(name) AS (
        SELECT min(tenant) FROM resources
        UNION ALL
        SELECT (SELECT min(tenant) FROM resources WHERE tenant > name) FROM tenants
        WHERE name IS NOT NULL
    )
    SELECT name FROM tenants WHERE name IS NOT NULL
"""


def reindex(connection: sqlite3.Connection, registry: Registry) -> None:
    """Give every resource the keys that the definitions in force say.

    Raises `LayoutError` where what is stored is at odds with them.
    """
    kept = dict(connection.execute(_KEPT))
    tenants = [name for (name,) in connection.execute(_TENANTS)]
    gone = sorted(kept.keys() - registry.endpoints.keys())
    if found := [name for name in gone if _is_there(connection, tenants, name)]:
        raise left_over(found)
    for resource_type in registry.resource_types:
        refuse_forgotten_secrets(resource_type, kept.get(resource_type.name))
        layout = layout_of(resource_type)
        if kept.get(resource_type.name) != layout:
            for tenant in tenants:
                _rebuild(connection, tenant, resource_type)
            connection.execute(_KEEP, (_PREFIX + resource_type.name, layout))


def _is_there(connection: sqlite3.Connection, tenants: list[str], name: str) -> bool:
    return any(connection.execute(_IS_THERE, (tenant, name)).fetchone() for tenant in tenants)


def _rebuild(connection: sqlite3.Connection, tenant: str, resource_type: ResourceType) -> None:
    name, claims = resource_type.name, Claims(resource_type)
    connection.execute(_CLEAR, (tenant, name))
    for resource in map(resource_of, connection.execute(_EACH, (tenant, name))):
        keys = keys_of_stored(resource_type, resource)
        for key in keys:
            if key.unique:
                claims.claim(tenant, key, resource.ref.id)
        rows = [(tenant, name, key.path, kept_key(key.key), resource.ref.id) for key in keys]
        connection.executemany(_PUT, rows)
