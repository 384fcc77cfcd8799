"""Orders as MongoDB has them: each is that of an index."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Final

from pymongo import ASCENDING, DESCENDING

from resource_store.adapters.mongo.sort_fields import NO_KEY, field_of
from resource_store.domain.ordering import Mark, Window
from resource_store.domain.sort_orders import ByKey, ByTime, SortOrder
from servicekit.mongo import Collection, Document, Session

ID: Final = "_id.id"


@dataclass(frozen=True, slots=True)
class Ordered:
    """The documents of a collection in an order, or in its reverse."""

    collection: Collection
    session: Session
    order: SortOrder

    @property
    def field(self) -> str | None:
        """What is ordered by before the id."""
        match self.order:
            case ByTime(field):
                return field
            case ByKey(path):
                return field_of(path)
        return None

    async def beyond(
        self, window: Window, condition: Document, fields: Mapping[str, int] | None, *, limit: int
    ) -> AsyncIterator[Document]:
        """Give what meets a condition beyond a window's mark; no limit is 0.

        After a mark come those of the same key, then those of the keys beyond it, and behind texts
        and numbers, which MongoDB compares with their like alone, those without a key.
        """
        given = 0
        for segment in self._segments(window):
            found = {"$and": [condition, segment]} if segment else condition
            cursor = self.collection.find(found, fields, session=self.session)
            cursor = cursor.sort(self._sort(window)).skip(window.skip if limit else 0)
            # A number below 0 would be a limit too.
            async for document in cursor.limit(max(limit - given, 0)):
                yield document
                given += 1
            if limit and given >= limit:
                return

    def _sort(self, window: Window) -> list[tuple[str, int]]:
        direction = DESCENDING if window.is_reversed else ASCENDING
        fields = [ID] if self.field is None else [self.field, ID]
        return [(field, direction) for field in fields]

    def _segments(self, window: Window) -> list[Document]:
        if window.beyond is None:
            return [{}]
        comparison = "$lt" if window.is_reversed else "$gt"
        after = {ID: {comparison: window.beyond.id}}
        if self.field is None:
            return [after]
        return [
            {self.field: _kept(window.beyond), **after},
            *({self.field: each} for each in _further(window.beyond, window)),
        ]


def _further(mark: Mark, window: Window) -> list[object]:
    """Return what the keys beyond a mark's are, in the order of the window."""
    if window.is_reversed:
        return [{"$lt": _kept(mark)}]
    return [] if mark.key is None else [{"$gt": mark.key}, NO_KEY]


def _kept(mark: Mark) -> object:
    return NO_KEY if mark.key is None else mark.key
