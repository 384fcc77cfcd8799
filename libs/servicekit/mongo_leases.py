"""Leases in MongoDB."""

import asyncio

from pymongo import ReturnDocument
from pymongo.errors import DuplicateKeyError

from servicekit.leases import FencedError, Lease
from servicekit.mongo import Document, MongoDatabase, Session, storage_errors


class MongoLeases:
    """Keeps leases in the collection `leases`, a document each."""

    def __init__(self, database: MongoDatabase) -> None:
        self._leases = database["leases"]

    async def acquire(self, name: str, *, holder: str, seconds: float) -> Lease | None:
        """Take or renew a lease."""
        asked = asyncio.get_running_loop().time()
        with storage_errors():
            try:
                found = await self._leases.find_one_and_update(
                    {"_id": name},
                    [_taken_where_free(holder, milliseconds=int(seconds * 1000))],
                    upsert=True,
                    return_document=ReturnDocument.AFTER,
                )
            except DuplicateKeyError:  # another made it at the same moment
                return None
        if found is None or found["holder"] != holder:
            return None
        return Lease(name, holder, found["fence"], asked + seconds)

    async def release(self, lease: Lease) -> None:
        """Give a lease back."""
        held = {"_id": lease.name, "holder": lease.holder, "fence": lease.fence}
        with storage_errors():
            await self._leases.update_one(held, [{"$set": {"expires": "$$NOW", "holder": ""}}])

    async def check_fence(self, session: Session, lease: Lease) -> None:
        """Raise `FencedError`, in the transaction of a write, when the lease is another's by now.

        It writes to the lease, so that the transaction and a change of holder exclude each other.
        """
        held = {"_id": lease.name, "fence": lease.fence}
        found = await self._leases.update_one(held, {"$inc": {"uses": 1}}, session=session)
        if found.matched_count == 0:
            raise FencedError(lease.name)


def _taken_where_free(holder: str, *, milliseconds: int) -> Document:
    """Return a stage whose every expression sees the lease as it was, or that there was none."""
    is_same = {"$eq": ["$holder", holder]}
    is_free = {"$lte": [{"$ifNull": ["$expires", "$$NOW"]}, "$$NOW"]}
    may_take = {"$or": [is_same, is_free]}
    fence = {"$ifNull": ["$fence", 0]}
    return {
        "$set": {
            "fence": {
                "$cond": [{"$or": [is_same, {"$not": is_free}]}, fence, {"$add": [fence, 1]}]
            },
            "holder": {"$cond": [may_take, holder, "$holder"]},
            "expires": {"$cond": [may_take, {"$add": ["$$NOW", milliseconds]}, "$expires"]},
        }
    }
