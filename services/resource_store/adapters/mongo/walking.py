"""Going through the matches of one resource type in their order, from anywhere within it."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Final

from pymongo import ASCENDING, DESCENDING
from pymongo.asynchronous.cursor import AsyncCursor

from resource_store.adapters.looking import LOOKED_AT_ONCE, Matches, Sought, wants
from resource_store.adapters.mongo import collections
from resource_store.adapters.mongo.conditions import Conditions, among
from resource_store.adapters.mongo.documents import resource_of
from resource_store.adapters.mongo.reading import Reading, Shown
from resource_store.domain.candidates import Candidates, candidates
from resource_store.domain.ordering import Mark, Window, windowed
from resource_store.domain.resources import Resource
from resource_store.ports.resources import Counting, TypedFilter
from scim.filters import Filter
from servicekit.mongo import Collection, Document

_BY_ID: Final = "_id.id"


@dataclass(frozen=True, slots=True)
class Walking:
    """What a search finds of one resource type."""

    reading: Reading
    tenant: str
    typed: TypedFilter

    async def matches(self, window: Window, counting: Counting) -> Matches:
        """Return the marks within a window, and how many there are on the whole."""
        found = self._candidates()
        condition = await self._among(found)
        if self.typed.filter is None or (found is not None and found.exact):
            total = await self._count(condition) if counting is not Counting.NEVER else None
            return Matches(total, await self._marks(condition, window) if wants(window) else [])
        if counting is Counting.ALWAYS:
            cursor = self._resources.find(condition, session=self.reading.session)
            every = [mark async for mark in self._looked_at(self.typed.filter, cursor)]
            return Matches(len(every), windowed(every, window))
        return Matches(None, await self._first_looked_at(self.typed.filter, condition, window))

    def _candidates(self) -> Candidates | None:
        if self.typed.filter is None:
            return None
        return candidates(self.typed.filter, self.typed.resource_type)

    async def _among(self, found: Candidates | None) -> Document:
        """Return what selects the candidates."""
        if found is None:
            return among(self.tenant, self.typed.resource_type, None)
        conditions = await Conditions(self.reading, self.tenant).of(found.source)
        return among(self.tenant, self.typed.resource_type, conditions)

    async def _count(self, condition: Document) -> int:
        return await self._resources.count_documents(condition, session=self.reading.session)

    async def _marks(self, condition: Document, window: Window) -> list[Mark]:
        cursor = self._within(window, condition, {"_id": 1}).skip(window.skip).limit(window.limit)
        return [Mark(None, document["_id"]["id"]) async for document in cursor]

    async def _first_looked_at(
        self, condition: Filter, found: Document, window: Window
    ) -> list[Mark]:
        """Look at candidates in the order of a window until it is full."""
        marks: list[Mark] = []
        async for mark in self._looked_at(condition, self._within(window, found, None)):
            marks.append(mark)
            if len(marks) == window.skip + window.limit:
                break
        return marks[window.skip :]

    def _within(
        self, window: Window, condition: Document, fields: Document | None
    ) -> AsyncCursor[Document]:
        """Find what is beyond the window's mark, in its order."""
        direction = DESCENDING if window.is_reversed else ASCENDING
        if window.beyond is not None:
            beyond = {"$lt" if window.is_reversed else "$gt": window.beyond.id}
            condition = {**condition, _BY_ID: beyond}
        cursor = self._resources.find(condition, fields, session=self.reading.session)
        return cursor.sort(_BY_ID, direction)

    async def _looked_at(
        self, condition: Filter, cursor: AsyncCursor[Document]
    ) -> AsyncIterator[Mark]:
        sought = Sought.by(condition)
        while documents := await cursor.to_list(LOOKED_AT_ONCE):
            for resource in await self._completed(documents, sought.derived):
                if sought.includes(resource):
                    yield Mark(None, resource.ref.id)

    async def _completed(
        self, documents: Sequence[Document], shown: frozenset[str]
    ) -> list[Resource]:
        showing = [Shown(self.tenant, resource_of(each), shown) for each in documents]
        return await self.reading.completed(showing)

    @property
    def _resources(self) -> Collection:
        return self.reading.database[collections.RESOURCES]
