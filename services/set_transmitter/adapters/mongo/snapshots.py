"""The snapshots of streams in MongoDB."""

from collections.abc import Collection, Mapping

from pymongo import DeleteMany, ReplaceOne, UpdateMany

from servicekit.mongo import Document, MongoDatabase, Session, storage_errors
from set_transmitter.adapters.mongo.documents import boundary_document, places, snapshot
from set_transmitter.adapters.mongo.event_log import LogCollections
from set_transmitter.adapters.mongo.fenced import FencedWrites
from set_transmitter.adapters.mongo.schema import DELIVERIES, SNAPSHOTS, STREAMS
from set_transmitter.domain.events import LoggedEvent
from set_transmitter.domain.snapshots import Snapshot, SnapshotPage


class MongoSnapshots:
    """A document per snapshot, which has its boundaries."""

    def __init__(self, database: MongoDatabase, write: FencedWrites) -> None:
        self._snapshots = database[SNAPSHOTS]
        self._streams = database[STREAMS]
        self._deliveries = database[DELIVERIES]
        self._log = LogCollections(database)
        self._write = write

    async def all(self) -> Mapping[str, Snapshot]:
        """Return the snapshots."""
        with storage_errors():
            return {found["_id"]: snapshot(found) async for found in self._snapshots.find()}

    async def begin(
        self, stream_ids: Collection[str], *, feed_cursor: str | None
    ) -> Mapping[str, Snapshot]:
        """Begin snapshots."""

        async def write(session: Session) -> Mapping[str, Snapshot]:
            end = (await self._log.read(session))["end"]
            if feed_cursor is not None:
                await self._log.append(session, [], feed_cursor=feed_cursor)
            among = {"_id": {"$in": sorted(stream_ids)}}
            streams = self._streams.find(among, {"_id": 1}, session=session)
            known = [found["_id"] async for found in streams]
            if known:
                await self.begin_at(session, known, end=end)
            return {stream_id: Snapshot(started=end) for stream_id in known}

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

    async def begin_at(self, session: Session, stream_ids: Collection[str], *, end: int) -> None:
        """Begin snapshots of streams that there are, at the end of the log."""
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
