"""Going through the matches of one resource type in their order, from anywhere within it."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from resource_store.adapters.looking import LOOKED_AT_ONCE, Matches, Sought, wants
from resource_store.adapters.sqlite.rows import COLUMNS, completed, resource_of
from resource_store.adapters.sqlite.sources import KEYED, Sql, among
from resource_store.domain.candidates import Candidates, Keyed, candidates
from resource_store.domain.ordering import Mark, Window, windowed
from resource_store.domain.resources import Resource
from resource_store.ports.resources import Counting, TypedFilter
from scim.filters import Filter


@dataclass(frozen=True, slots=True)
class Walking:
    """What a search finds of one resource type."""

    connection: sqlite3.Connection
    tenant: str
    typed: TypedFilter

    def matches(self, window: Window, counting: Counting) -> Matches:
        """Return the marks within a window, and how many there are on the whole."""
        found = self._candidates()
        if self.typed.filter is None or (found is not None and found.exact):
            total = self._count(found) if counting is not Counting.NEVER else None
            return Matches(total, self._marks(found, window) if wants(window) else [])
        if counting is Counting.ALWAYS:
            every = list(self._looked_at(self.typed.filter, found, None))
            return Matches(len(every), windowed(every, window))
        looked_at = self._looked_at(self.typed.filter, found, window)
        return Matches(None, list(islice(looked_at, window.skip, window.skip + window.limit)))

    def _candidates(self) -> Candidates | None:
        if self.typed.filter is None:
            return None
        return candidates(self.typed.filter, self.typed.resource_type)

    def _count(self, found: Candidates | None) -> int:
        where, values = among(self.tenant, self.typed, found)
        statement = f"SELECT count(*) FROM resources WHERE {where}"  # noqa: S608 constants
        (count,) = self.connection.execute(statement, values).fetchone()
        return int(count)

    def _marks(self, found: Candidates | None, window: Window) -> list[Mark]:
        statement, values = statement_of_marks(self.tenant, self.typed, found, window)
        return [Mark(None, row[0]) for row in self.connection.execute(statement, values)]

    def _looked_at(
        self, condition: Filter, found: Candidates | None, window: Window | None
    ) -> Iterator[Mark]:
        """Give what matches of the candidates, in the order of a window where there is one."""
        where, values = among(self.tenant, self.typed, found)
        if window is not None:
            where, values = within(window, (where, values))
        sought = Sought.by(condition)
        rows = self.connection.execute(f"SELECT {COLUMNS} FROM resources WHERE {where}", values)  # noqa: S608 constants
        while batch := list(islice(rows, LOOKED_AT_ONCE)):
            for resource in map(resource_of, batch):
                if sought.includes(self._whole(resource, sought)):
                    yield Mark(None, resource.ref.id)

    def _whole(self, resource: Resource, sought: Sought) -> Resource:
        return completed(self.connection, self.tenant, resource, shown=sought.derived)


def statement_of_marks(
    tenant: str, typed: TypedFilter, found: Candidates | None, window: Window
) -> Sql:
    """Return what selects the ids within a window, where indexes tell the matches.

    What has one key is in the order of the ids there, so that a page reads no more than itself.
    """
    if found is not None and isinstance(found.source, Keyed):
        key = found.source.key
        table, where = "index_keys", KEYED
        values = (tenant, typed.resource_type.name, key.path, key.key)
    else:
        table = "resources"
        where, values = among(tenant, typed, found)
    condition, values = within(window, (where, values))
    statement = f"SELECT id FROM {table} WHERE {condition} LIMIT ? OFFSET ?"  # noqa: S608 constants
    return statement, (*values, window.limit, window.skip)


def within(window: Window, condition: Sql) -> Sql:
    """Return a condition narrowed to what is beyond the window's mark, and its order."""
    where, values = condition
    if window.beyond is not None:
        where += " AND id < ?" if window.is_reversed else " AND id > ?"
        values = (*values, window.beyond.id)
    return f"{where} ORDER BY id {'DESC' if window.is_reversed else 'ASC'}", values
