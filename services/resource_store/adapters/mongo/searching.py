"""Searches: one query where indexes tell the matches, else a look at the smallest candidate set."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Final

from pymongo import ASCENDING

from resource_store.adapters.looking import (
    LOOKED_AT_ONCE,
    Sought,
    fitting,
    refs_on_page,
    size_of,
)
from resource_store.adapters.mongo import collections
from resource_store.adapters.mongo.conditions import Conditions, among
from resource_store.adapters.mongo.documents import (
    Address,
    address_of,
    at_once,
    ref_of,
    resource_of,
)
from resource_store.adapters.mongo.reading import COMPLETED_AT_ONCE, Reading, Shown
from resource_store.domain.candidates import Candidates, candidates
from resource_store.domain.resources import Ref, Resource
from resource_store.ports.resources import Found, Search, TypedFilter
from scim.filters import Filter
from servicekit.mongo import Collection, Document, Session

_BY_ID: Final = "_id.id"


@dataclass(frozen=True, slots=True)
class Searching:
    """Searches in a session, whose snapshot makes the answer one of one moment."""

    reading: Reading
    search: Search

    async def found(self) -> Found:
        """Return a page of the matches in the order of their ids, and how many there are."""
        if len(self.search.filters) == 1 and (found := await self._counted()) is not None:
            return found
        matching = [ref for typed in self.search.filters async for ref in self._matching(typed)]
        page = refs_on_page(matching, self.search)
        return Found(len(matching), await self._page([(self.search.tenant, r.id) for r in page]))

    async def _counted(self) -> Found | None:
        """Let the database count and page, where it can tell the matches by itself."""
        (typed,) = self.search.filters
        condition = await self._condition(typed)
        if condition is None:
            return None
        total = await self._resources.count_documents(condition, session=self._session)
        addresses = [address async for address in self._paged(condition)] if total else []
        return Found(total, await self._page(addresses))

    async def _paged(self, condition: Document) -> AsyncIterator[Address]:
        search = self.search
        if not search.count:  # which to MongoDB means no limit
            return
        cursor = self._resources.find(condition, {"_id": 1}, session=self._session)
        cursor = cursor.sort(_BY_ID, ASCENDING).skip(search.start_index - 1).limit(search.count)
        async for document in cursor:
            yield address_of(document)

    async def _condition(self, typed: TypedFilter) -> Document | None:
        """Return what selects exactly the matches; None where they must be looked at."""
        if typed.filter is None:
            return among(self.search.tenant, typed.resource_type, None)
        found = candidates(typed.filter, typed.resource_type)
        return await self._among(typed, found) if found and found.exact else None

    async def _among(self, typed: TypedFilter, found: Candidates | None) -> Document:
        """Return what selects the candidates of a type."""
        tenant = self.search.tenant
        if found is None:
            return among(tenant, typed.resource_type, None)
        conditions = await Conditions(self.reading, tenant).of(found.source)
        return among(tenant, typed.resource_type, conditions)

    async def _matching(self, typed: TypedFilter) -> AsyncIterator[Ref]:
        condition = await self._condition(typed)
        if condition is not None:
            cursor = self._resources.find(condition, {"type": 1}, session=self._session)
            async for document in cursor:
                yield ref_of(document)
        elif typed.filter is not None:
            async for ref in self._looked_at(typed, typed.filter):
                yield ref

    async def _looked_at(self, typed: TypedFilter, condition: Filter) -> AsyncIterator[Ref]:
        found = await self._among(typed, candidates(condition, typed.resource_type))
        sought = Sought.by(condition, typed.resource_type.endpoints)
        cursor = self._resources.find(found, session=self._session)
        while documents := await cursor.to_list(LOOKED_AT_ONCE):
            for resource in await self._completed(documents, sought.derived):
                if sought.includes(resource):
                    yield resource.ref

    async def _page(self, addresses: Sequence[Address]) -> tuple[Resource, ...]:
        """Read resources, as many of them as fit one message."""
        page: list[Resource] = []
        for part in at_once(addresses, COMPLETED_AT_ONCE):
            documents = await self.reading.resources(part)
            page += await self._completed([documents[each] for each in part], self.search.shown)
            if len(whole := tuple(fitting(page, size_of))) < len(page):
                return whole
        return tuple(page)

    async def _completed(
        self, documents: Sequence[Document], shown: frozenset[str]
    ) -> list[Resource]:
        showing = [
            Shown(
                self.search.tenant,
                resource_of(each),
                shown,
                self.search.resource_type(each["type"]),
            )
            for each in documents
        ]
        return await self.reading.completed(showing)

    @property
    def _resources(self) -> Collection:
        return self.reading.database[collections.RESOURCES]

    @property
    def _session(self) -> Session:
        return self.reading.session
