"""The delivery state of streams in MongoDB."""

from collections.abc import Mapping, Sequence
from weakref import WeakValueDictionary

from pymongo import UpdateOne

from servicekit.mongo import Document, MongoDatabase, Session, storage_errors
from set_transmitter.adapters.mongo.documents import (
    LAST_POSITION,
    dead_letter,
    generations_of,
    logged_event,
    place,
    places,
    snapshot,
)
from set_transmitter.adapters.mongo.fenced import FencedWrites
from set_transmitter.adapters.mongo.progress import ProgressWriter
from set_transmitter.adapters.mongo.schema import (
    DEAD_LETTERS,
    DELIVERIES,
    EVENTS,
    LOG,
    SNAPSHOTS,
    STATUS_CHANGES,
    STREAMS,
)
from set_transmitter.domain.backlog import Pending
from set_transmitter.domain.events import LoggedEvent
from set_transmitter.domain.progress import DeadLetter, Page, Progress, StoredProgress
from set_transmitter.domain.streams import Stream


class MongoDeliveries:
    """A document per stream, and one per SET that is attempted or settled above its cursor."""

    def __init__(self, database: MongoDatabase, write: FencedWrites) -> None:
        self._database = database
        self._events = database[EVENTS]
        self._streams = database[STREAMS]
        self._deliveries = database[DELIVERIES]
        self._dead_letters = database[DEAD_LETTERS]
        self._snapshots = database[SNAPSHOTS]
        self._status_changes = database[STATUS_CHANGES]
        self._write = write
        self._progress = ProgressWriter(database)
        # streams that scan the same part of the log share its events
        self._in_memory: WeakValueDictionary[int, LoggedEvent] = WeakValueDictionary()

    async def stream_ids(self) -> frozenset[str]:
        """Return the streams with a document."""
        with storage_errors():
            return frozenset([found["_id"] async for found in self._streams.find({}, {"_id": 1})])

    async def open(self, stream: Stream) -> StoredProgress:
        """Return a stream's progress, after making its document where there is none."""
        with storage_errors():
            is_known = await self._streams.find_one({"_id": stream.stream_id})
            before = 0 if is_known else await self._position_before(stream)
        if not is_known:
            await self._write(lambda session: self._make(session, stream, cursor=before))
        return await self._database.snapshot(lambda session: self._stored(session, stream))

    async def read(self, stream: Stream, *, after: int, limit: int) -> Page:
        """Return a page of a stream's unsettled events."""

        async def read(session: Session) -> Page:
            pending: list[Pending] = []
            scanned = after
            end = await self._end(session)
            while len(pending) < limit and scanned < end:
                wanted = limit - len(pending)
                found = await self._scan(session, stream, after=scanned, end=end, limit=wanted)
                scanned = found[-1]["_id"] if len(found) == wanted else end
                pending += await self._unsettled(session, stream.stream_id, found)
            return Page(after, tuple(pending), scanned)

        return await self._database.snapshot(read)

    async def keep(self, stream_id: str, jwts: Mapping[int, str]) -> None:
        """Keep signed SETs."""
        upserts = [
            UpdateOne(
                {"_id": place(stream_id, position)},
                {"$setOnInsert": {"jwt": jwt}, "$unset": {"is_reset": ""}},
                upsert=True,
            )
            for position, jwt in jwts.items()
        ]

        async def write(session: Session) -> None:
            if await self._streams.find_one({"_id": stream_id}, session=session):
                await self._deliveries.bulk_write(upserts, session=session)

        if upserts:
            await self._write(write)

    async def record(self, progress: Sequence[Progress]) -> None:
        """Settle SETs and move cursors."""
        await self._write(lambda session: self._progress.record(session, progress))

    async def remove(self, stream_id: str) -> None:
        """Delete a stream's documents."""

        async def write(session: Session) -> None:
            await self._deliveries.delete_many(places(stream_id), session=session)
            await self._dead_letters.delete_many(places(stream_id), session=session)
            await self._snapshots.delete_one({"_id": stream_id}, session=session)
            await self._status_changes.delete_one({"_id": stream_id}, session=session)
            await self._streams.delete_one({"_id": stream_id}, session=session)

        await self._write(write)

    async def dead_letters(self, tenant: str, stream_id: str | None) -> list[DeadLetter]:
        """Return what was set aside."""
        of_stream = places(stream_id) if stream_id is not None else {}
        with storage_errors():
            found = self._dead_letters.find(
                {"tenant": tenant, **of_stream}, sort=[("at", 1), ("_id.position", 1)]
            )
            return [dead_letter(document) async for document in found]

    async def _make(self, session: Session, stream: Stream, *, cursor: int) -> None:
        fresh = {"tenant": stream.tenant, "cursor": cursor, "acknowledged": 0, "dead_letters": 0}
        await self._streams.update_one(
            {"_id": stream.stream_id}, {"$setOnInsert": fresh}, upsert=True, session=session
        )

    async def _stored(self, session: Session, stream: Stream) -> StoredProgress:
        found = await self._streams.find_one({"_id": stream.stream_id}, session=session)
        if found is None:
            raise LookupError(f"the stream {stream.stream_id} was removed as it was opened")
        begun = await self._snapshots.find_one({"_id": stream.stream_id}, session=session)
        return StoredProgress(
            found["cursor"],
            found["acknowledged"],
            found["dead_letters"],
            pending=await count_unsettled(
                self._database, session, stream, after=found["cursor"], through=None
            ),
            end=await self._end(session),
            snapshot=snapshot(begun) if begun else None,
            generations=generations_of(found),
            reset_revision=found.get("reset_revision", 0),
            dropped=found.get("dropped", 0),
        )

    async def _position_before(self, stream: Stream) -> int:
        found = await self._events.find_one(
            {"committed": {"$lt": stream.begins}, "only_for": ""},
            {"_id": 1},
            sort=[("_id", -1)],
            hint="_id_",
        )
        before = int(found["_id"]) if found else 0
        # what is published or received is not behind what happened before, if the feed is late
        since = {"tenant": stream.tenant, "committed": {"$gte": stream.begins}}
        of_others = self._events.find({**since, "resource_type": ""}, {"_id": 1})
        return min([before, *[int(each["_id"]) - 1 async for each in of_others]])

    async def _end(self, session: Session) -> int:
        found = await self._database[LOG].find_one({"_id": "log"}, session=session)
        return found["end"] if found else 0

    async def _scan(
        self, session: Session, stream: Stream, *, after: int, end: int, limit: int
    ) -> list[Document]:
        wanted = events_for(stream, after=after, through=end)
        return await self._events.find(
            wanted, sort=[("_id", 1)], limit=limit, session=session
        ).to_list()

    async def _unsettled(
        self, session: Session, stream_id: str, found: Sequence[Document]
    ) -> list[Pending]:
        if not found:
            return []
        there = places(stream_id, after=found[0]["_id"] - 1, through=found[-1]["_id"])
        kept = {
            delivery["_id"]["position"]: delivery
            async for delivery in self._deliveries.find(there, session=session)
        }
        return [
            self._pending(document, kept.get(document["_id"], {}))
            for document in found
            if kept.get(document["_id"], {}).get("jwt", "") is not None
        ]

    def _pending(self, document: Document, delivery: Document) -> Pending:
        """Return a pending event; one that was set back is signed, and was not handed out."""
        jwt = delivery.get("jwt")
        handed_out = None if delivery.get("is_reset") else jwt
        return Pending(self._shared(document), jwt=handed_out, signed=jwt)

    def forget_shared(self) -> None:
        """Read anew what has been read before."""
        self._in_memory.clear()

    def _shared(self, document: Document) -> LoggedEvent:
        position = document["_id"]
        return self._in_memory.get(position) or self._in_memory.setdefault(
            position, logged_event(document)
        )


def events_for(stream: Stream, *, after: int, through: int | None = None) -> Document:
    """Return the filter for the events that a stream may be told of."""
    there = {"$gt": after} if through is None else {"$gt": after, "$lte": through}
    return {
        "tenant": stream.tenant,
        "_id": there,
        "kind": {"$in": sorted(stream.topics)},
        "committed": {"$gte": stream.begins},
        "only_for": {"$in": ["", stream.stream_id]},
    }


async def count_unsettled(
    database: MongoDatabase, session: Session, stream: Stream, *, after: int, through: int | None
) -> int:
    """Return how many events a stream has in a part of the log that are not settled."""
    events = await database[EVENTS].count_documents(
        events_for(stream, after=after, through=through), session=session
    )
    last = LAST_POSITION if through is None else through
    there = places(stream.stream_id, after=after, through=last)
    settled = await database[DELIVERIES].count_documents({**there, "jwt": None}, session=session)
    return int(events) - int(settled)
