"""Searches: through index keys where a filter allows it, else by looking at every resource."""

import sqlite3
from collections.abc import Iterator, Sequence

from resource_store.adapters.looking import each_windowed, fitting, merged, size_of
from resource_store.adapters.sqlite.rows import COLUMNS, completed, resource_of
from resource_store.adapters.sqlite.walking import Walking
from resource_store.domain.ordering import Mark
from resource_store.domain.resources import Resource
from resource_store.ports.resources import Found, Search

_BY_ID = f"SELECT {COLUMNS} FROM resources WHERE tenant = ? AND id = ?"  # noqa: S608 constants


def search_resources(connection: sqlite3.Connection, search: Search) -> Found:
    """Return a page of the matches, and how many there are."""
    each = each_windowed(search)
    parts = [
        Walking.through(connection, search.tenant, typed).matches(each, search.counting)
        for typed in search.filters
    ]
    found = merged(parts, search)
    page = tuple(fitting(_read(connection, search, found.marks[: search.window.limit]), size_of))
    marks = tuple(found.marks[: len(page)])
    return Found(found.total, page, marks, is_more=len(found.marks) > len(page))


def _read(
    connection: sqlite3.Connection, search: Search, marks: Sequence[Mark]
) -> Iterator[Resource]:
    for mark in marks:
        row = connection.execute(_BY_ID, (search.tenant, mark.id)).fetchone()
        resource = resource_of(row)
        yield completed(
            connection,
            search.tenant,
            resource,
            shown=search.shown,
            resource_type=search.resource_type(resource.ref.resource_type),
        )
