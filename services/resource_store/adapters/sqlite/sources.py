"""Candidate sets as SQL, each of which an index answers."""

from typing import Any, Final, TypeAlias

from resource_store.adapters.sqlite.sort_keys import NO_KEY, kept_key
from resource_store.domain.candidate_sets import (
    AnyOf,
    Candidates,
    GroupsWith,
    Identified,
    Keyed,
    MembersOf,
    Ranged,
    Source,
    Timed,
)
from resource_store.domain.intervals import Interval
from resource_store.domain.keys import IndexKey, sorted_paths
from resource_store.ports.resources import TypedFilter

Sql: TypeAlias = tuple[str, tuple[Any, ...]]
"""A statement, or a part of one, and its values."""

OF_TYPE: Final = "tenant = ? AND resource_type = ?"
_KEYED: Final = f"{OF_TYPE} AND path = ? AND key = ?"
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
            where, values = having(key, tenant, resource_type)
            return f"SELECT id FROM index_keys WHERE {where}", values  # noqa: S608 constants
        case Ranged() | Timed():
            return _ids_within(source, tenant, resource_type)
        case MembersOf(group_id):
            return _MEMBERS_OF, (group_id, tenant, tenant)
        case GroupsWith(member_id):
            return _GROUPS_WITH, (tenant, member_id)
        case AnyOf(sources):
            return _union(sources, tenant, resource_type)


def _ids_within(source: Ranged | Timed, tenant: str, resource_type: str) -> Sql:
    table, (where, values) = within(source, tenant, resource_type)
    return f"SELECT id FROM {table} WHERE {where}", values  # noqa: S608 constants


def having(key: IndexKey, tenant: str, resource_type: str) -> Sql:
    """Return the condition of having a key, among `index_keys`."""
    return _KEYED, (tenant, resource_type, key.path, kept_key(key.key))


def within(source: Ranged | Timed, tenant: str, resource_type: str) -> tuple[str, Sql]:
    """Return the table that an interval is of, and the condition of being within."""
    of_type = tenant, resource_type
    match source:
        case Ranged(path, interval):
            where, values = _between("key", interval)
            return "index_keys", (f"{OF_TYPE} AND path = ? AND {where}", (*of_type, path, *values))
        case Timed(field, interval):
            where, values = _between(field, interval)
            return "resources", (f"{OF_TYPE} AND {where}", (*of_type, *values))


def counting(tenant: str, typed: TypedFilter, found: Candidates | None) -> Sql:
    """Return the statement that counts candidates, by an index alone if that has each once."""
    resource_type = typed.resource_type
    table, (where, values) = "resources", among(tenant, typed, found)
    match found.source if found else None:
        case Keyed(key):
            table, (where, values) = "index_keys", having(key, tenant, resource_type.name)
        case Ranged(path) as source if path in sorted_paths(resource_type):
            table, (where, values) = within(source, tenant, resource_type.name)
        case Timed() as source:
            table, (where, values) = within(source, tenant, resource_type.name)
    return f"SELECT count(*) FROM {table} WHERE {where}", values  # noqa: S608 constants


def _between(column: str, interval: Interval) -> Sql:
    high = NO_KEY if interval.high is None else interval.high
    conditions, values = [f"{column} {'<=' if interval.includes_high else '<'} ?"], [high]
    if interval.low is not None:
        conditions.insert(0, f"{column} {'>=' if interval.includes_low else '>'} ?")
        values.insert(0, interval.low)
    return " AND ".join(conditions), tuple(values)


def _union(sources: tuple[Source, ...], tenant: str, resource_type: str) -> Sql:
    if not sources:
        return "SELECT NULL WHERE 0", ()
    parts = [ids(source, tenant, resource_type) for source in sources]
    statement = " UNION ALL ".join(f"SELECT * FROM ({part})" for part, _ in parts)  # noqa: S608 constants
    return statement, tuple(value for _, values in parts for value in values)
