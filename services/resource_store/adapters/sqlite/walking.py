"""Going through the matches of one resource type in their order, from anywhere within it."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from resource_store.adapters.looking import LOOKED_AT_ONCE, Matches, Sought, wants
from resource_store.adapters.sqlite.orders import looking_along, marks_along
from resource_store.adapters.sqlite.rows import COLUMNS, completed, resource_of
from resource_store.adapters.sqlite.sort_keys import key_of
from resource_store.adapters.sqlite.sources import Sql, among, counting, ids
from resource_store.domain.candidate_sets import Candidates
from resource_store.domain.candidates import candidates
from resource_store.domain.ordering import Mark, Window, windowed
from resource_store.domain.resources import Resource
from resource_store.domain.sort_orders import ById, Evaluated, SortOrder, sort_order
from resource_store.ports.resources import Counting, TypedFilter

_FEW: Final = 1_000
"""So many candidates are sorted sooner than they are come by in a long order."""


@dataclass(frozen=True, slots=True)
class Walking:
    """What a search finds of one resource type."""

    connection: sqlite3.Connection
    tenant: str
    typed: TypedFilter
    order: SortOrder
    found: Candidates | None

    @classmethod
    def through(cls, connection: sqlite3.Connection, tenant: str, typed: TypedFilter) -> "Walking":
        """Return the walk of a query."""
        resource_type, condition = typed.resource_type, typed.filter
        found = None if condition is None else candidates(condition, resource_type)
        return cls(connection, tenant, typed, sort_order(resource_type, typed.sort), found)

    def matches(self, window: Window, counting: Counting) -> Matches:
        """Return the marks within a window, and how many there are on the whole."""
        if not self._is_exact() and counting is Counting.ALWAYS:
            every = list(self._gathered())
            return Matches(len(every), windowed(every, window))
        is_counted = self._is_exact() and counting is not Counting.NEVER
        return Matches(self._count() if is_counted else None, self._within(window))

    def _within(self, window: Window) -> list[Mark]:
        if not wants(window):
            return []
        if self._is_gathered():
            return windowed(self._gathered(), window)
        if self._is_exact():
            rows = self._rows(marks_along(self.order, self.tenant, self.typed, self.found, window))
            return [Mark(key_of(key), resource_id) for key, resource_id in rows]
        rows = self._rows(looking_along(self.order, self.tenant, self.typed, self.found, window))
        return list(islice(self._looked_at(rows), window.skip, window.skip + window.limit))

    def _is_exact(self) -> bool:
        """Whether indexes tell the matches."""
        return self.typed.filter is None or (self.found is not None and self.found.exact)

    def _is_gathered(self) -> bool:
        """Whether candidates must be, or are soon, sorted here."""
        if isinstance(self.order, Evaluated):
            return True
        return self.found is not None and not isinstance(self.order, ById) and self._are_few()

    def _are_few(self) -> bool:
        if self.found is None:
            return False
        statement, values = ids(self.found.source, self.tenant, self.typed.resource_type.name)
        probe = f"SELECT count(*) FROM (SELECT * FROM ({statement}) LIMIT ?)"  # noqa: S608 constants
        (count,) = self.connection.execute(probe, (*values, _FEW + 1)).fetchone()
        return int(count) <= _FEW

    def _count(self) -> int:
        ((count,),) = self._rows(counting(self.tenant, self.typed, self.found))
        return int(count)

    def _gathered(self) -> Iterator[Mark]:
        where, values = among(self.tenant, self.typed, self.found)
        return self._looked_at(
            self._rows((f"SELECT {COLUMNS} FROM resources WHERE {where}", values))  # noqa: S608 constants
        )

    def _looked_at(self, rows: sqlite3.Cursor) -> Iterator[Mark]:
        sought = Sought.by(self.typed, self.order)
        while batch := list(islice(rows, LOOKED_AT_ONCE)):
            for resource in map(resource_of, batch):
                mark = sought.mark(self._whole(resource, sought))
                if mark is not None:
                    yield mark

    def _whole(self, resource: Resource, sought: Sought) -> Resource:
        return completed(
            self.connection,
            self.tenant,
            resource,
            shown=sought.derived,
            resource_type=self.typed.resource_type,
        )

    def _rows(self, statement: Sql) -> sqlite3.Cursor:
        return self.connection.execute(*statement)
