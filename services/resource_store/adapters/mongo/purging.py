"""Removing what there is of a tenant; its mark stays, by which later writes are refused.

Writes are refused by what their transaction sees. One that began before the mark may be committed
after it, but not later than MongoDB lets a transaction last.
"""

from collections.abc import Mapping
from typing import Final

from resource_store.adapters.mongo import feed
from resource_store.adapters.mongo.collections import (
    ASYNC_REQUESTS,
    BRAKE_COUNTS,
    BRAKES,
    CLOSED_TENANTS,
    DELETED,
    ERASURES,
    HELD_OPERATIONS,
    MEMBERS,
    REPETITION,
    RESOURCES,
    TOMBSTONES,
    UNIQUE_KEYS,
)
from resource_store.adapters.mongo.faults import storage_failures
from servicekit.mongo import Collection, Document, MongoDatabase

LONGEST_TRANSACTION_SECONDS: Final = 60.0
"""MongoDB's transactionLifetimeLimitSeconds, unless somebody sets it otherwise."""

BY_ID: Final = frozenset(
    {
        RESOURCES,
        UNIQUE_KEYS,
        TOMBSTONES,
        ASYNC_REQUESTS,
        DELETED,
        ERASURES,
        HELD_OPERATIONS,
        *REPETITION.values(),
    }
)
"""The collections whose `_id` begins with the tenant."""
BY_MEMBER: Final = frozenset({MEMBERS, BRAKE_COUNTS})
"""The collections with an index that begins with the member `tenant`."""

BY_NAME: Final = frozenset({BRAKES})
"""The collections with one document of each tenant, whose `_id` is its name."""

_SCANNED_AT_ONCE: Final = 10_000
"""Documents of the feed, which is in no order by tenant."""
_WAIT_SECONDS: Final = 1.0
_OF_MARK: Final[Document] = {
    "scanned": True,
    "seconds": {"$divide": [{"$subtract": ["$$NOW", "$closed"]}, 1000]},
}
_OF_CHANGE: Final = ("position", "tenant", "clock")


class MongoPurging:
    """Implements the port `Purging` in the database of the resources."""

    def __init__(
        self, database: MongoDatabase, *, late_seconds: float = LONGEST_TRANSACTION_SECONDS
    ) -> None:
        self._database = database
        self._closed = database[CLOSED_TENANTS]
        self._changes = database[feed.CHANGES]
        self._late_seconds = late_seconds

    async def close(self, tenant: str) -> None:
        """Let nothing more be written for a tenant."""
        fresh = [
            {
                "$set": {
                    "closed": {"$ifNull": ["$closed", "$$NOW"]},
                    "scanned": {"$ifNull": ["$scanned", 0]},
                }
            }
        ]
        with storage_failures():
            await self._closed.update_one({"_id": tenant}, fresh, upsert=True)

    async def remove(self, tenant: str, *, limit: int) -> float | None:
        """Remove a part of what there is of a tenant."""
        with storage_failures():
            mark = await self._closed.find_one({"_id": tenant}, _OF_MARK) or {}
            removed = [
                await _remove(self._database[name], wanted, limit)
                for name, wanted in _places(tenant).items()
            ]
            # First those without a place: they may get one while the others are gone through.
            removed.append(await self._remove_changes(_unsequenced(tenant), limit))
            is_feed_free = await self._scan(tenant, mark["scanned"], limit)
        if any(removed) or not is_feed_free:
            return 0.0
        return None if mark["seconds"] >= self._late_seconds else _WAIT_SECONDS

    async def _scan(self, tenant: str, scanned: int, limit: int) -> bool:
        """Go through a part of the feed; return whether that was the last, and none are left."""
        found = await self._changes.find(
            feed.after(scanned), _OF_CHANGE, sort=[("position", 1)], limit=_SCANNED_AT_ONCE
        ).to_list()
        removed = [change for change in found if change["tenant"] == tenant][:limit]
        await self._delete_changes(removed)
        is_cut_off = len(removed) == limit
        if found:
            reached = (removed if is_cut_off else found)[-1]["position"]
            await self._closed.update_one({"_id": tenant}, {"$max": {"scanned": reached}})
        return not is_cut_off and len(found) < _SCANNED_AT_ONCE

    async def _remove_changes(self, wanted: Document, limit: int) -> int:
        found = await self._changes.find(wanted, _OF_CHANGE, limit=limit).to_list()
        await self._delete_changes(found)
        return len(found)

    async def _delete_changes(self, found: list[Document]) -> None:
        if found:
            await feed.keep_clock(self._database, max(change["clock"] for change in found))
            ids = [change["_id"] for change in found]
            await self._changes.delete_many({"_id": {"$in": ids}})


def _places(tenant: str) -> Mapping[str, Document]:
    """Return where the documents of a tenant are, by their collections."""
    # Embedded documents compare member by member, so this is a range of the index on `_id`.
    by_id = {"_id": {"$gte": {"tenant": tenant}, "$lt": {"tenant": f"{tenant}\0"}}}
    by_member = {"tenant": tenant}
    by_name = {"_id": tenant}
    return (
        dict.fromkeys(BY_ID, by_id)
        | dict.fromkeys(BY_MEMBER, by_member)
        | dict.fromkeys(BY_NAME, by_name)
    )


def _unsequenced(tenant: str) -> Document:
    return {"sequenced": False, "tenant": tenant}


async def _remove(collection: Collection, wanted: Document, limit: int) -> int:
    found = await collection.find(wanted, {"_id": True}, limit=limit).to_list()
    if found:
        await collection.delete_many({"_id": {"$in": [document["_id"] for document in found]}})
    return len(found)
