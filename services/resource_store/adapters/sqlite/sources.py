"""Candidate sets as SQL, each of which an index answers."""

from typing import Any, Final, TypeAlias

from resource_store.adapters.sqlite.sort_keys import kept_key
from resource_store.domain.candidates import (
    AnyOf,
    Candidates,
    GroupsWith,
    Identified,
    Keyed,
    MembersOf,
    Source,
)
from resource_store.ports.resources import TypedFilter

Sql: TypeAlias = tuple[str, tuple[Any, ...]]
"""A statement, or a part of one, and its values."""

OF_TYPE: Final = "tenant = ? AND resource_type = ?"
KEYED: Final = f"{OF_TYPE} AND path = ? AND key = ?"
_MEMBERS_OF = """
    WITH RECURSIVE inside(id) AS (
        SELECT ? UNION
        SELECT m.member_id FROM inside JOIN members m ON m.tenant = ? AND m.group_id = inside.id
    )
    SELECT m.member_id FROM inside JOIN members m ON m.tenant = ? AND m.group_id = inside.id
"""
_GROUPS_WITH = "SELECT group_id FROM members WHERE tenant = ? AND member_id = ?"


def among(tenant: str, typed: TypedFilter, found: Candidates | None) -> Sql:
    """Return the condition that selects the candidates of a type among `resources`."""
    resource_type = typed.resource_type.name
    if found is None:
        return OF_TYPE, (tenant, resource_type)
    statement, values = ids(found.source, tenant, resource_type)
    return f"{OF_TYPE} AND id IN ({statement})", (tenant, resource_type, *values)


def ids(source: Source, tenant: str, resource_type: str) -> Sql:
    """Return the statement that gives the ids of a candidate set."""
    match source:
        case Identified(key):
            return "SELECT ?", (key,)
        case Keyed(key):
            statement = f"SELECT id FROM index_keys WHERE {KEYED}"  # noqa: S608 constants
            return statement, (tenant, resource_type, key.path, kept_key(key.key))
        case MembersOf(group_id):
            return _MEMBERS_OF, (group_id, tenant, tenant)
        case GroupsWith(member_id):
            return _GROUPS_WITH, (tenant, member_id)
        case AnyOf(sources):
            return _union(sources, tenant, resource_type)


def _union(sources: tuple[Source, ...], tenant: str, resource_type: str) -> Sql:
    if not sources:
        return "SELECT NULL WHERE 0", ()
    parts = [ids(source, tenant, resource_type) for source in sources]
    statement = " UNION ALL ".join(f"SELECT * FROM ({part})" for part, _ in parts)  # noqa: S608 constants
    return statement, tuple(value for _, values in parts for value in values)
