"""Searches: one query where indexes tell the matches, else a look at the smallest candidate set."""

from collections.abc import Sequence
from dataclasses import dataclass

from resource_store.adapters.looking import each_windowed, fitting, merged, size_of
from resource_store.adapters.mongo.documents import Address, at_once, resource_of
from resource_store.adapters.mongo.reading import COMPLETED_AT_ONCE, Reading
from resource_store.adapters.mongo.walking import Walking
from resource_store.adapters.verdicts import Shown
from resource_store.domain.resources import Resource
from resource_store.ports.resources import Found, Search
from servicekit.mongo import Document


@dataclass(frozen=True, slots=True)
class Searching:
    """Searches in a session, whose snapshot makes the answer one of one moment."""

    reading: Reading
    search: Search

    async def found(self) -> Found:
        """Return a page of the matches, and how many there are."""
        search = self.search
        each = each_windowed(search)
        parts = [
            await Walking.through(self.reading, search.tenant, typed).matches(each, search.counting)
            for typed in search.filters
        ]
        found = merged(parts, search)
        wanted = found.marks[: search.window.limit]
        page = await self._page([(search.tenant, mark.id) for mark in wanted])
        marks = tuple(found.marks[: len(page)])
        return Found(found.total, page, marks, is_more=len(found.marks) > len(page))

    async def _page(self, addresses: Sequence[Address]) -> tuple[Resource, ...]:
        """Read resources, as many of them as fit one message."""
        page: list[Resource] = []
        for part in at_once(addresses, COMPLETED_AT_ONCE):
            documents = await self.reading.resources(part)
            page += await self._completed([documents[each] for each in part])
            if len(whole := tuple(fitting(page, size_of))) < len(page):
                return whole
        return tuple(page)

    async def _completed(self, documents: Sequence[Document]) -> list[Resource]:
        search = self.search
        return await self.reading.completed(
            [
                Shown(
                    search.tenant,
                    resource_of(each),
                    search.shown,
                    search.resource_type(each["type"]),
                )
                for each in documents
            ]
        )
