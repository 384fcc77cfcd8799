"""The event log in MongoDB."""

from collections.abc import Sequence

from pymongo.errors import DuplicateKeyError

from servicekit.mongo import Document, MongoDatabase, Session, storage_errors
from set_transmitter.adapters.mongo.documents import event_document
from set_transmitter.adapters.mongo.fenced import FencedWrites
from set_transmitter.adapters.mongo.schema import DELIVERIES, EVENTS, LOG, PUBLICATIONS
from set_transmitter.domain.events import Event, LoggedEvent, distinct
from set_transmitter.domain.publications import REMEMBERED, Earlier, Publication

_LOG = {"_id": "log"}


class LogCollections:
    """The log as it is read and written within a session."""

    def __init__(self, database: MongoDatabase) -> None:
        self._log = database[LOG]
        self._events = database[EVENTS]
        self._deliveries = database[DELIVERIES]
        self._publications = database[PUBLICATIONS]

    async def begin(self, epoch: str, *, restore_id: str) -> None:
        """Give the log its name, unless it has one."""
        fresh = {"epoch": epoch, "feed_cursor": "", "end": 0, "restore": restore_id}
        with storage_errors():
            try:
                await self._log.update_one(_LOG, {"$setOnInsert": fresh}, upsert=True)
            except DuplicateKeyError:  # another replica has just done it
                return

    async def begin_anew(self, session: Session, *, epoch: str, restore_id: str) -> None:
        """Give a log that was restored another name, once for each restore.

        What was signed under the former name and is not settled will be signed again: its jti could
        be that of another event, which the log held before it was restored.
        """
        renamed = await self._log.update_one(
            {**_LOG, "restore": {"$ne": restore_id}},
            {"$set": {"epoch": epoch, "restore": restore_id}},
            session=session,
        )
        if renamed.modified_count:
            await self._deliveries.delete_many({"jwt": {"$ne": None}}, session=session)

    async def read(self, session: Session | None) -> Document:
        """Return the document of a log that has begun, in a transaction or (None) as it is now."""
        return (await self._log.find_one(_LOG, session=session)) or {}

    async def add_routed(self, session: Session, events: Sequence[Event]) -> list[LoggedEvent]:
        """Add those events that are not there."""
        given = distinct(events)
        keys = [event.routed.key for event in given if event.routed]
        found = self._events.find(
            {"routed_key": {"$in": keys}},
            {"routed_key": 1},
            hint=[("routed_key", 1)],
            session=session,
        )
        known = {each["routed_key"] async for each in found}
        feed_cursor = (await self.read(session))["feed_cursor"]
        new = [event for event in given if event.routed and event.routed.key not in known]
        return await self.append(session, new, feed_cursor=feed_cursor)

    async def append(
        self,
        session: Session,
        events: Sequence[Event],
        *,
        feed_cursor: str,
        only_for: str = "",
    ) -> list[LoggedEvent]:
        """Add events and move the cursor."""
        end = (await self.read(session))["end"]
        logged = [
            LoggedEvent(position, event, only_for) for position, event in enumerate(events, end + 1)
        ]
        if logged:
            await self._events.insert_many(map(event_document, logged), session=session)
        moved = {"feed_cursor": feed_cursor, "end": end + len(logged)}
        await self._log.update_one(_LOG, {"$set": moved}, session=session)
        return logged

    async def publish(
        self, session: Session, publication: Publication, *, at: int
    ) -> LoggedEvent | Earlier:
        """Add an event, unless one of its identity is known."""
        event = publication.event
        if publication.identity is not None:
            key = {"tenant": event.tenant, "txn": event.txn, "identity": publication.identity}
            known = await self._publications.find_one({"_id": key}, session=session)
            if known is not None:
                return Earlier(known["digest"])
            fresh = {"_id": key, "digest": publication.digest, "at": at}
            await self._publications.insert_one(fresh, session=session)
        feed_cursor = (await self.read(session))["feed_cursor"]
        (logged,) = await self.append(session, [event], feed_cursor=feed_cursor)
        return logged

    async def forget_publications(self, session: Session, *, before: int) -> None:
        """Recognise no more what was published before a moment."""
        await self._publications.delete_many({"at": {"$lt": before}}, session=session)


class MongoEventLog:
    """A collection that is only ever appended to, and a document that says where it ends."""

    def __init__(self, database: MongoDatabase, write: FencedWrites) -> None:
        self._collections = LogCollections(database)
        self._write = write

    async def begin(self, *, epoch: str, restore_id: str) -> None:
        """Give the log its name, unless it has one; a log that was restored takes the new one."""
        await self._collections.begin(epoch, restore_id=restore_id)
        if restore_id:
            await self._write(
                lambda session: self._collections.begin_anew(
                    session, epoch=epoch, restore_id=restore_id
                )
            )

    async def epoch(self) -> str:
        """Return the log's name."""
        return str((await self._now())["epoch"])

    async def end(self) -> int:
        """Return the last position."""
        return int((await self._now())["end"])

    async def feed_cursor(self) -> str:
        """Return the cursor on the change feed."""
        return str((await self._now())["feed_cursor"])

    async def append(self, events: Sequence[Event], *, feed_cursor: str) -> list[LoggedEvent]:
        """Add events and move the cursor."""
        return await self._write(
            lambda session: self._collections.append(session, events, feed_cursor=feed_cursor)
        )

    async def add_routed(self, events: Sequence[Event]) -> list[LoggedEvent]:
        """Add those events that are not there."""
        return await self._write(lambda session: self._collections.add_routed(session, events))

    async def publish(
        self, publications: Sequence[Publication], *, at: int
    ) -> list[LoggedEvent | Earlier]:
        """Add events of applications."""

        async def write(session: Session) -> list[LoggedEvent | Earlier]:
            await self._collections.forget_publications(session, before=at - REMEMBERED)
            return [await self._collections.publish(session, each, at=at) for each in publications]

        return await self._write(write)

    async def _now(self) -> Document:
        with storage_errors():
            return await self._collections.read(None)
