"""Searches: through index keys where a filter allows it, else by looking at every resource."""

import sqlite3
from collections.abc import Iterator
from itertools import islice
from typing import Any

from resource_store.adapters.looking import (
    LOOKED_AT_ONCE,
    Sought,
    fitting,
    refs_on_page,
    size_of,
)
from resource_store.adapters.sqlite.rows import COLUMNS, completed, resource_of
from resource_store.domain.candidates import (
    AnyOf,
    Candidates,
    GroupsWith,
    Identified,
    Keyed,
    MembersOf,
    Source,
    candidates,
)
from resource_store.domain.resources import Ref, Resource
from resource_store.ports.resources import Found, Search, TypedFilter
from scim.filters import Filter

_KEYED = """
    SELECT id FROM index_keys
    WHERE tenant = ? AND resource_type = ? AND path = ? AND key = ?
"""
_MEMBERS_OF = """
    WITH RECURSIVE inside(id) AS (
        SELECT ? UNION
        SELECT m.member_id FROM inside JOIN members m ON m.tenant = ? AND m.group_id = inside.id
    )
    SELECT m.member_id FROM inside JOIN members m ON m.tenant = ? AND m.group_id = inside.id
"""
_GROUPS_WITH = "SELECT group_id FROM members WHERE tenant = ? AND member_id = ?"


def search_resources(connection: sqlite3.Connection, search: Search) -> Found:
    """Return a page of the matches in the order of their ids, and how many there are."""
    if len(search.filters) == 1 and (found := _counted(connection, search)) is not None:
        return found
    matching = [
        ref for typed in search.filters for ref in _matching(connection, search.tenant, typed)
    ]
    page = refs_on_page(matching, search)
    return Found(len(matching), _page(connection, search, page))


def _counted(connection: sqlite3.Connection, search: Search) -> Found | None:
    """Let the database count and page, where it can tell the matches by itself."""
    (typed,) = search.filters
    condition = _condition(search.tenant, typed)
    if condition is None:
        return None
    where, values = condition
    (total,) = connection.execute(f"SELECT count(*) FROM resources {where}", values).fetchone()  # noqa: S608 constants
    rows = connection.execute(
        f"SELECT resource_type, id FROM resources {where} ORDER BY id LIMIT ? OFFSET ?",  # noqa: S608 constants
        (*values, search.count, search.start_index - 1),
    )
    return Found(total, _page(connection, search, [Ref(*row) for row in rows]))


def _condition(tenant: str, typed: TypedFilter) -> tuple[str, tuple[Any, ...]] | None:
    """Return what selects exactly the matches; None where they must be looked at."""
    if typed.filter is None:
        return among(tenant, typed, None)
    found = candidates(typed.filter, typed.resource_type)
    return among(tenant, typed, found) if found and found.exact else None


def _matching(connection: sqlite3.Connection, tenant: str, typed: TypedFilter) -> Iterator[Ref]:
    condition = _condition(tenant, typed)
    if condition is not None:
        where, values = condition
        for row in connection.execute(f"SELECT resource_type, id FROM resources {where}", values):  # noqa: S608 constants
            yield Ref(*row)
    elif typed.filter is not None:
        yield from _looked_at(connection, tenant, typed, typed.filter)


def _looked_at(
    connection: sqlite3.Connection, tenant: str, typed: TypedFilter, condition: Filter
) -> Iterator[Ref]:
    where, values = among(tenant, typed, candidates(condition, typed.resource_type))
    sought = Sought.by(condition, typed.resource_type.endpoints)
    rows = connection.execute(f"SELECT {COLUMNS} FROM resources {where}", values)  # noqa: S608 constants
    while batch := list(islice(rows, LOOKED_AT_ONCE)):
        for resource in map(resource_of, batch):
            whole = completed(
                connection,
                tenant,
                resource,
                shown=sought.derived,
                resource_type=typed.resource_type,
            )
            if sought.includes(whole):
                yield resource.ref


def _page(connection: sqlite3.Connection, search: Search, refs: list[Ref]) -> tuple[Resource, ...]:
    """Read resources, as many of them as fit one message."""
    return tuple(fitting(_each(connection, search, refs), size_of))


def _each(connection: sqlite3.Connection, search: Search, refs: list[Ref]) -> Iterator[Resource]:
    for ref in refs:
        row = connection.execute(
            f"SELECT {COLUMNS} FROM resources WHERE tenant = ? AND id = ?",  # noqa: S608 constants
            (search.tenant, ref.id),
        ).fetchone()
        yield completed(
            connection,
            search.tenant,
            resource_of(row),
            shown=search.shown,
            resource_type=search.resource_type(ref.resource_type),
        )


def among(tenant: str, typed: TypedFilter, found: Candidates | None) -> tuple[str, tuple[Any, ...]]:
    """Return the WHERE clause, and its values, that selects the candidates of a type."""
    resource_type = typed.resource_type.name
    where = "WHERE tenant = ? AND resource_type = ?"
    if found is None:
        return where, (tenant, resource_type)
    statement, values = _ids(found.source, tenant, resource_type)
    return f"{where} AND id IN ({statement})", (tenant, resource_type, *values)


def _ids(source: Source, tenant: str, resource_type: str) -> tuple[str, tuple[Any, ...]]:
    match source:
        case Identified(key):
            return "SELECT ?", (key,)
        case Keyed(key):
            return _KEYED, (tenant, resource_type, key.path, key.key)
        case MembersOf(group_id):
            return _MEMBERS_OF, (group_id, tenant, tenant)
        case GroupsWith(member_id):
            return _GROUPS_WITH, (tenant, member_id)
        case AnyOf(sources):
            return _union(sources, tenant, resource_type)


def _union(
    sources: tuple[Source, ...], tenant: str, resource_type: str
) -> tuple[str, tuple[Any, ...]]:
    if not sources:
        return "SELECT NULL WHERE 0", ()
    parts = [_ids(source, tenant, resource_type) for source in sources]
    statement = " UNION ALL ".join(f"SELECT * FROM ({part})" for part, _ in parts)  # noqa: S608 constants
    return statement, tuple(value for _, values in parts for value in values)
