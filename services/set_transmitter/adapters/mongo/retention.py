"""Removing old events from MongoDB."""

from collections.abc import Sequence

from servicekit.mongo import MongoDatabase, Session, storage_errors
from set_transmitter.adapters.mongo.deliveries import count_unsettled
from set_transmitter.adapters.mongo.documents import places
from set_transmitter.adapters.mongo.fenced import FencedWrites
from set_transmitter.adapters.mongo.schema import (
    DEAD_LETTERS,
    DELIVERIES,
    EVENTS,
    REMOVED,
    STREAMS,
)
from set_transmitter.domain.retention import Oldest, Removal
from set_transmitter.domain.streams import Stream


class MongoRetention:
    """Removes documents."""

    def __init__(self, database: MongoDatabase, write: FencedWrites) -> None:
        self._database = database
        self._events = database[EVENTS]
        self._streams = database[STREAMS]
        self._deliveries = database[DELIVERIES]
        self._dead_letters = database[DEAD_LETTERS]
        self._removed = database[REMOVED]
        self._write = write

    async def size(self) -> int:
        """Return the size of the events, as the server counts it."""
        with storage_errors():
            stats = await self._events.aggregate([{"$collStats": {"storageStats": {}}}])
            return int((await stats.to_list())[0]["storageStats"]["size"])

    async def oldest(self) -> Sequence[Oldest]:
        """Return each tenant's first event."""
        with storage_errors():
            tenants = await self._events.distinct("tenant")
            found = [
                await self._events.find_one(
                    {"tenant": tenant}, {"committed": 1}, sort=[("tenant", 1), ("_id", 1)]
                )
                for tenant in tenants
            ]
        oldest = [
            Oldest(tenant, first["_id"], first["committed"])
            for tenant, first in zip(tenants, found, strict=True)
            if first
        ]
        return sorted(oldest, key=lambda one: one.position)

    async def cut(self, tenant: str, *, committed_before: int | None, limit: int) -> int:
        """Return the last position of the first events."""
        through = 0
        with storage_errors():
            first = self._events.find(
                {"tenant": tenant},
                {"committed": 1},
                sort=[("tenant", 1), ("_id", 1)],
                limit=limit,
            )
            async for event in first:
                if committed_before is not None and event["committed"] >= committed_before:
                    break
                through = event["_id"]
        return through

    async def remove(self, tenant: str, *, through: int) -> Removal:
        """Remove events."""
        return await self._write(lambda session: self._remove(session, tenant, through))

    async def drop(self, stream: Stream, *, through: int) -> int:
        """Settle what a stream has pending."""

        async def write(session: Session) -> int:
            own = {"_id": stream.stream_id}
            found = await self._streams.find_one(own, session=session)
            if found is None or found["cursor"] >= through:
                return 0
            events = await count_unsettled(
                self._database, session, stream, after=found["cursor"], through=through
            )
            change = {"$set": {"cursor": through}, "$inc": {"dropped": events}}
            await self._streams.update_one(own, change, session=session)
            await self._deliveries.delete_many(
                places(stream.stream_id, through=through), session=session
            )
            return events

        return await self._write(write)

    async def _remove(self, session: Session, tenant: str, through: int) -> Removal:
        streams = await self._streams.find(
            {"tenant": tenant}, {"cursor": 1}, session=session
        ).to_list()
        allowed = min([through, *(stream["cursor"] for stream in streams)])
        old = {"tenant": tenant, "_id": {"$lte": allowed}}
        found = await self._events.find(old, {"committed": 1}, session=session).to_list()
        if not found:
            return Removal(0, {})
        await self._events.delete_many(old, session=session)
        latest = {
            "position": max(event["_id"] for event in found),
            "committed": max(event["committed"] for event in found),
        }
        await self._removed.update_one(
            {"_id": tenant}, {"$max": latest}, upsert=True, session=session
        )
        letters = [
            (stream["_id"], await self._remove_letters(session, stream["_id"], allowed))
            for stream in streams
        ]
        return Removal(len(found), {stream_id: count for stream_id, count in letters if count})

    async def _remove_letters(self, session: Session, stream_id: str, through: int) -> int:
        removed = await self._dead_letters.delete_many(
            places(stream_id, through=through), session=session
        )
        if removed.deleted_count:
            counted = {"$inc": {"dead_letters": -removed.deleted_count}}
            await self._streams.update_one({"_id": stream_id}, counted, session=session)
        return removed.deleted_count
