"""Going through the matches of one resource type in their order, from anywhere within it."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from resource_store.adapters.looking import LOOKED_AT_ONCE, Matches, Sought, wants
from resource_store.adapters.mongo import collections
from resource_store.adapters.mongo.conditions import Conditions, among
from resource_store.adapters.mongo.documents import resource_of
from resource_store.adapters.mongo.orders import Ordered
from resource_store.adapters.mongo.reading import Reading
from resource_store.adapters.mongo.sort_fields import SORT_FIELDS, key_of
from resource_store.adapters.verdicts import Shown
from resource_store.domain.candidate_sets import Candidates
from resource_store.domain.candidates import candidates
from resource_store.domain.ordering import Mark, Window, windowed
from resource_store.domain.resources import Resource
from resource_store.domain.sort_orders import ById, ByKey, ByTime, Evaluated, SortOrder, sort_order
from resource_store.ports.resources import Counting, TypedFilter
from servicekit.mongo import Collection, Document


@dataclass(frozen=True, slots=True)
class Walking:
    """What a search finds of one resource type."""

    reading: Reading
    tenant: str
    typed: TypedFilter
    order: SortOrder
    found: Candidates | None

    @classmethod
    def through(cls, reading: Reading, tenant: str, typed: TypedFilter) -> "Walking":
        """Return the walk of a query."""
        resource_type, condition = typed.resource_type, typed.filter
        found = None if condition is None else candidates(condition, resource_type)
        return cls(reading, tenant, typed, sort_order(resource_type, typed.sort), found)

    async def matches(self, window: Window, counting: Counting) -> Matches:
        """Return the marks within a window, and how many there are on the whole."""
        condition = await self._among()
        if not self._is_exact() and counting is Counting.ALWAYS:
            every = await self._gathered(condition)
            return Matches(len(every), windowed(every, window))
        is_counted = self._is_exact() and counting is not Counting.NEVER
        total = await self._count(condition) if is_counted else None
        return Matches(total, await self._within(window, condition) if wants(window) else [])

    def _is_exact(self) -> bool:
        """Whether indexes tell the matches."""
        return self.typed.filter is None or (self.found is not None and self.found.exact)

    async def _among(self) -> Document:
        """Return what selects the candidates."""
        if self.found is None:
            return among(self.tenant, self.typed.resource_type, None)
        resource_type = self.typed.resource_type
        resolving = Conditions(self.reading, self.tenant, resource_type)
        return among(self.tenant, resource_type, await resolving.of(self.found.source))

    async def _count(self, condition: Document) -> int:
        return await self._resources.count_documents(condition, session=self.reading.session)

    async def _within(self, window: Window, condition: Document) -> list[Mark]:
        if isinstance(self.order, Evaluated):
            return windowed(await self._gathered(condition), window)
        ordered = Ordered(self._resources, self.reading.session, self.order)
        if self._is_exact():
            fields = {"_id": 1, "created": 1, "last_modified": 1, "sorted": 1}
            found = ordered.beyond(window, condition, fields, limit=window.limit)
            return [self._mark(document) async for document in found]
        marks: list[Mark] = []
        async for mark in self._looked_at(ordered.beyond(window, condition, None, limit=0)):
            marks.append(mark)
            if len(marks) == window.skip + window.limit:
                break
        return marks[window.skip :]

    def _mark(self, document: Document) -> Mark:
        resource_id = document["_id"]["id"]
        match self.order:
            case ByTime(field):
                return Mark(document[field], resource_id)
            case ByKey(path):
                return Mark(key_of(document["sorted"][SORT_FIELDS[path]]), resource_id)
            case ById() | Evaluated():
                return Mark(None, resource_id)

    async def _gathered(self, condition: Document) -> list[Mark]:
        cursor = self._resources.find(condition, session=self.reading.session)
        return [mark async for mark in self._looked_at(cursor)]

    async def _looked_at(self, documents: AsyncIterator[Document]) -> AsyncIterator[Mark]:
        sought = Sought.by(self.typed, self.order)
        async for batch in _batches(documents):
            for resource in await self._completed(batch, sought.derived):
                mark = sought.mark(resource)
                if mark is not None:
                    yield mark

    async def _completed(
        self, documents: Sequence[Document], shown: frozenset[str]
    ) -> list[Resource]:
        showing = [
            Shown(self.tenant, resource_of(each), shown, self.typed.resource_type)
            for each in documents
        ]
        return await self.reading.completed(showing)

    @property
    def _resources(self) -> Collection:
        return self.reading.database[collections.RESOURCES]


async def _batches(documents: AsyncIterator[Document]) -> AsyncIterator[list[Document]]:
    batch: list[Document] = []
    async for document in documents:
        batch.append(document)
        if len(batch) == LOOKED_AT_ONCE:
            yield batch
            batch = []
    if batch:
        yield batch
