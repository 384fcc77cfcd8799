"""Setting streams back in MongoDB."""

from servicekit.mongo import Document, MongoDatabase, Session
from set_transmitter.adapters.mongo.documents import generations_of, places
from set_transmitter.adapters.mongo.event_log import LogCollections
from set_transmitter.adapters.mongo.fenced import FencedWrites
from set_transmitter.adapters.mongo.schema import (
    DEAD_LETTERS,
    DELIVERIES,
    EVENTS,
    OF_TENANT,
    REMOVED,
    STREAMS,
)
from set_transmitter.adapters.mongo.snapshots import MongoSnapshots
from set_transmitter.domain.resets import (
    BeyondRetention,
    BySnapshot,
    DoneBefore,
    FromPosition,
    NotInLog,
    Reset,
    ResetOutcome,
    ResetTarget,
    ToDate,
    ToPosition,
)
from set_transmitter.domain.streams import Stream


class MongoResets:
    """Moves cursors back, and forgets what is settled above them."""

    def __init__(
        self, database: MongoDatabase, write: FencedWrites, snapshots: MongoSnapshots
    ) -> None:
        self._log = LogCollections(database)
        self._events = database[EVENTS]
        self._streams = database[STREAMS]
        self._deliveries = database[DELIVERIES]
        self._dead_letters = database[DEAD_LETTERS]
        self._removed = database[REMOVED]
        self._snapshots = snapshots
        self._write = write

    async def reset(self, stream: Stream, reset: Reset) -> ResetOutcome:
        """Set a stream back."""

        async def write(session: Session) -> ResetOutcome:
            if not await self._note_revision(session, stream.stream_id, reset.revision):
                return DoneBefore()
            first = await self._first(session, stream, reset.target)
            if first is None:
                return NotInLog()
            if not await self._is_retained(session, stream, reset.target, first):
                return await self._begin_snapshot(session, stream)
            await self._set_back(session, stream.stream_id, first=first, anew=reset.anew)
            return FromPosition(first)

        return await self._write(write)

    async def _note_revision(self, session: Session, stream_id: str, revision: int) -> bool:
        """Tell whether a reset is to be done: one of no configuration always is."""
        if not revision:
            return True
        found = await self._streams.find_one({"_id": stream_id}, session=session)
        if found is None or found.get("reset_revision", 0) >= revision:
            return False
        await self._streams.update_one(
            {"_id": stream_id}, {"$set": {"reset_revision": revision}}, session=session
        )
        return True

    async def _first(self, session: Session, stream: Stream, target: ResetTarget) -> int | None:
        """Return where the target is; None when it is no event of the stream."""
        match target:
            case ToPosition(position):
                return await self._own(session, stream, position)
            case ToDate(committed):
                since = max(committed, stream.begins)
                found = await self._events.find_one(
                    {"tenant": stream.tenant, "committed": {"$gte": since}},
                    {"_id": 1},
                    sort=[("tenant", 1), ("_id", 1)],
                    hint=list(OF_TENANT),
                    session=session,
                )
                if found is not None:
                    return int(found["_id"])
                return int((await self._log.read(session))["end"]) + 1

    async def _own(self, session: Session, stream: Stream, position: int) -> int | None:
        removed = await self._removal(session, stream.tenant)
        if 0 < position <= removed["position"]:
            return position
        own = {
            "_id": position,
            "tenant": stream.tenant,
            "committed": {"$gte": stream.begins},
            "only_for": {"$in": ["", stream.stream_id]},
        }
        return position if await self._events.find_one(own, {"_id": 1}, session=session) else None

    async def _is_retained(
        self, session: Session, stream: Stream, target: ResetTarget, first: int
    ) -> bool:
        removed = await self._removal(session, stream.tenant)
        if isinstance(target, ToDate):
            since = max(target.committed, stream.begins)
            if since <= removed["committed"]:
                return False
        return first > int(removed["position"])

    async def _removal(self, session: Session, tenant: str) -> Document:
        found = await self._removed.find_one({"_id": tenant}, session=session)
        return found or {"position": 0, "committed": 0}

    async def _begin_snapshot(self, session: Session, stream: Stream) -> ResetOutcome:
        if "create" not in stream.topics:
            return BeyondRetention()
        await self._snapshots.begin_at_end(session, {stream.stream_id: stream.signals})
        return BySnapshot()

    async def _set_back(self, session: Session, stream_id: str, *, first: int, anew: bool) -> None:
        there = places(stream_id, after=first - 1)
        forgotten = there if anew else {**there, "jwt": None}
        await self._deliveries.delete_many(forgotten, session=session)
        await self._deliveries.update_many(there, {"$set": {"is_reset": True}}, session=session)
        letters = await self._dead_letters.delete_many(there, session=session)
        found = await self._streams.find_one({"_id": stream_id}, session=session)
        if found is None:
            return
        changed: Document = {
            "cursor": min(found["cursor"], first - 1),
            "dead_letters": max(found["dead_letters"] - letters.deleted_count, 0),
        }
        if anew:
            changed["generations"] = generations_of(found).anew_from(first).begun
        await self._streams.update_one({"_id": stream_id}, {"$set": changed}, session=session)
