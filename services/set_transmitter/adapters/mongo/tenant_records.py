"""Removing what a MongoDB database has of a tenant."""

from servicekit.mongo import Document, MongoDatabase, Session
from set_transmitter.adapters.mongo.documents import places
from set_transmitter.adapters.mongo.fenced import FencedWrites
from set_transmitter.adapters.mongo.schema import (
    DEAD_LETTERS,
    DELIVERIES,
    EVENTS,
    PUBLICATIONS,
    REMOVED,
    SNAPSHOTS,
    STATUS_CHANGES,
    STREAMS,
)


class MongoTenantRecords:
    """Removes documents, those of streams before the streams."""

    def __init__(self, database: MongoDatabase, write: FencedWrites) -> None:
        self._database = database
        self._write = write

    async def remove(self, tenant: str, *, limit: int) -> int:
        """Remove documents."""
        return await self._write(lambda session: self._remove_some(session, tenant, limit))

    async def _remove_some(self, session: Session, tenant: str, limit: int) -> int:
        of_tenant = {"tenant": tenant}
        streams = (
            await self._database[STREAMS].find(of_tenant, {"_id": 1}, session=session).to_list()
        )
        found = [
            *((DELIVERIES, places(stream["_id"])) for stream in streams),
            (SNAPSHOTS, {"_id": {"$in": [stream["_id"] for stream in streams]}}),
            (DEAD_LETTERS, of_tenant),
            (STATUS_CHANGES, of_tenant),
            (EVENTS, of_tenant),
            (REMOVED, {"_id": tenant}),
            (PUBLICATIONS, {"_id.tenant": tenant}),
            (STREAMS, of_tenant),
        ]
        left = limit
        for name, wanted in found:
            left -= await self._remove(session, name, wanted, left)
            if not left:
                break
        return limit - left

    async def _remove(self, session: Session, name: str, wanted: Document, limit: int) -> int:
        collection = self._database[name]
        found = await collection.find(wanted, {"_id": 1}, limit=limit, session=session).to_list()
        if found:
            ids = [document["_id"] for document in found]
            await collection.delete_many({"_id": {"$in": ids}}, session=session)
        return len(found)
