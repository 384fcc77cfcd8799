"""The snapshots of streams in MongoDB."""

from collections.abc import Collection, Mapping

from pymongo import DeleteMany, ReplaceOne, UpdateMany

from servicekit.mongo import Document, MongoDatabase, Session, storage_errors
from set_transmitter.adapters.mongo.documents import (
    boundary_document,
    logged_event,
    places,
    snapshot,
)
from set_transmitter.adapters.mongo.event_log import LogCollections
from set_transmitter.adapters.mongo.fenced import FencedWrites
from set_transmitter.adapters.mongo.schema import DELIVERIES, EVENTS, SNAPSHOTS, STREAMS
from set_transmitter.domain.events import Event, LoggedEvent, once_more
from set_transmitter.domain.snapshots import Snapshot, SnapshotPage


class MongoSnapshots:
    """A document per snapshot, which has its boundaries."""

    def __init__(self, database: MongoDatabase, write: FencedWrites) -> None:
        self._snapshots = database[SNAPSHOTS]
        self._streams = database[STREAMS]
        self._deliveries = database[DELIVERIES]
        self._events = database[EVENTS]
        self._log = LogCollections(database)
        self._write = write

    async def all(self) -> Mapping[str, Snapshot]:
        """Return the snapshots."""
        with storage_errors():
            return {found["_id"]: snapshot(found) async for found in self._snapshots.find()}

    async def begin(
        self,
        stream_ids: Collection[str],
        *,
        feed_cursor: str | None,
        signals: Mapping[str, Collection[str]],
    ) -> Mapping[str, Snapshot]:
        """Begin snapshots."""

        async def write(session: Session) -> Mapping[str, Snapshot]:
            feed = (await self._log.read(session))["feed_cursor"]
            now = feed if feed_cursor is None else feed_cursor
            await self._log.append(session, [], feed_cursor=now)
            return await self.begin_at_end(
                session, {stream_id: signals.get(stream_id) for stream_id in stream_ids}
            )

        return await self._write(write)

    async def go_on(
        self, stream_id: str, page: SnapshotPage, *, feed_cursor: str
    ) -> tuple[Snapshot | None, list[LoggedEvent]]:
        """Log a page."""

        async def write(session: Session) -> tuple[Snapshot | None, list[LoggedEvent]]:
            found = await self._snapshots.find_one({"_id": stream_id}, session=session)
            events = page.events if found else ()
            logged = await self._log.append(
                session, events, feed_cursor=feed_cursor, only_for=stream_id
            )
            if not found:
                return None, logged
            end = (await self._log.read(session))["end"]
            gone_on = snapshot(found).gone_on(page, end=end)
            await self._snapshots.update_one({"_id": stream_id}, _gone_on(gone_on), session=session)
            return gone_on, logged

        return await self._write(write)

    async def begin_at_end(
        self, session: Session, signals: Mapping[str, Collection[str] | None]
    ) -> Mapping[str, Snapshot]:
        """Begin snapshots of those streams that there are, and log their pending signals once more.

        These are the signals of some types, or (None) all.
        """
        log = await self._log.read(session)
        among = {"_id": {"$in": sorted(signals)}}
        known = await self._streams.find(among, session=session).to_list()
        for stream in known:
            stream_id = stream["_id"]
            pending = await self._pending_signals(session, stream, signals[stream_id])
            await self._log.append(
                session, pending, feed_cursor=log["feed_cursor"], only_for=stream_id
            )
        if known:
            await self._begin(session, [stream["_id"] for stream in known], end=log["end"])
        return {stream["_id"]: Snapshot(started=log["end"]) for stream in known}

    async def _pending_signals(
        self, session: Session, stream: Document, types: Collection[str] | None
    ) -> list[Event]:
        """Return the unsettled signals of some types, or of all, that are logged for a stream."""
        settled = {**places(stream["_id"], after=stream["cursor"]), "jwt": None}
        known = self._deliveries.find(settled, {"_id": 1}, session=session)
        positions = {each["_id"]["position"] async for each in known}
        wanted = {
            "tenant": stream["tenant"],
            "_id": {"$gt": stream["cursor"]},
            # that of a signal is a URI
            "kind": {"$regex": ":"} if types is None else {"$in": sorted(types)},
            "only_for": {"$in": ["", stream["_id"]]},
        }
        found = self._events.find(wanted, sort=[("_id", 1)], session=session)
        pending = [logged_event(each) async for each in found if each["_id"] not in positions]
        return [once_more(each.event) for each in pending]

    async def _begin(self, session: Session, stream_ids: Collection[str], *, end: int) -> None:
        fresh: list[ReplaceOne[Document]] = [
            ReplaceOne(
                {"_id": stream_id}, {"started": end, "total": 0, "boundaries": []}, upsert=True
            )
            for stream_id in stream_ids
        ]
        await self._snapshots.bulk_write(fresh, session=session)
        moved = UpdateMany({"_id": {"$in": list(stream_ids)}}, {"$set": {"cursor": end}})
        await self._streams.bulk_write([moved], session=session)
        superseded = [DeleteMany(places(stream_id)) for stream_id in stream_ids]
        await self._deliveries.bulk_write(superseded, session=session)


def _gone_on(gone_on: Snapshot) -> Document:
    boundary = boundary_document(gone_on.boundaries[-1])
    return {"$set": {"total": gone_on.total}, "$push": {"boundaries": boundary}}
