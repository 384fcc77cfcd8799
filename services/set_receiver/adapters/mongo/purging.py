"""Removing the receipts of a tenant; its mark stays, by which later ones are not kept.

Whoever keeps receipts looks for the mark before, so that some may still come after it.
"""

from collections.abc import Collection
from typing import Final

from pymongo import UpdateOne

from servicekit.mongo import Collection as Documents
from servicekit.mongo import Document, MongoDatabase, storage_errors
from set_receiver.adapters.mongo.schema import (
    CLOSED_TENANTS,
    LINKS,
    RECEIPTS,
    STREAM_STATES,
    TALLIES,
)
from set_receiver.domain.looks import STRAGGLING_SECONDS

_WAIT_SECONDS: Final = 1.0
_MARK: Final = [{"$set": {"closed": {"$ifNull": ["$closed", "$$NOW"]}}}]
_SECONDS: Final[Document] = {
    "seconds": {"$divide": [{"$subtract": ["$$NOW", "$closed"]}, 1000]},
}


async def closed_among(database: MongoDatabase, tenants: Collection[str]) -> frozenset[str]:
    """Return which of these tenants are closed."""
    found = database[CLOSED_TENANTS].find({"_id": {"$in": sorted(tenants)}}, {"_id": True})
    return frozenset([document["_id"] async for document in found])


class MongoReceiptPurging:
    """Implements the port `ReceiptPurging` in the database of the receipts."""

    def __init__(
        self, database: MongoDatabase, *, late_seconds: float = STRAGGLING_SECONDS
    ) -> None:
        self._closed = database[CLOSED_TENANTS]
        self._receipts = database[RECEIPTS]
        self._links = database[LINKS]
        self._tallies = database[TALLIES]
        self._states = database[STREAM_STATES]
        self._late_seconds = late_seconds

    async def close(self, tenants: Collection[str]) -> None:
        """Let nothing more be kept for tenants."""
        marks = [UpdateOne({"_id": tenant}, _MARK, upsert=True) for tenant in sorted(tenants)]
        with storage_errors():
            await self._closed.bulk_write(marks)

    async def remove(self, tenant: str, *, limit: int) -> float | None:
        """Remove receipts, and when there are none what is counted and known beside them."""
        with storage_errors():
            mark = await self._closed.find_one({"_id": tenant}, _SECONDS) or {}
            removed = await self._remove_some(self._receipts, tenant, limit)
            removed = removed or await self._remove_some(self._links, tenant, limit)
            if not removed:
                removed = (await self._tallies.delete_many(of_tenant(tenant))).deleted_count
                states = await self._states.delete_many(of_tenant(tenant))
                removed += states.deleted_count
        if removed:
            return 0.0
        return None if mark["seconds"] >= self._late_seconds else _WAIT_SECONDS

    async def _remove_some(self, of: Documents, tenant: str, limit: int) -> int:
        wanted = {"tenant": tenant}
        found = await of.find(wanted, {"_id": True}, limit=limit).to_list()
        if found:
            await of.delete_many({"_id": {"$in": [each["_id"] for each in found]}})
        return len(found)


def of_tenant(tenant: str) -> Document:
    """Return the filter for documents whose _id begins with the tenant."""
    # Embedded documents compare member by member, so this is a range of the index on `_id`.
    return {"_id": {"$gte": {"tenant": tenant}, "$lt": {"tenant": f"{tenant}\0"}}}
