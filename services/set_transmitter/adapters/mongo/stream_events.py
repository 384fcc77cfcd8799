"""Events of streams themselves in MongoDB, and the changes that they announce."""

from collections.abc import Iterable, Sequence

from servicekit.mongo import Document, MongoDatabase, Session, storage_errors
from set_transmitter.adapters.mongo.event_log import LogCollections
from set_transmitter.adapters.mongo.fenced import FencedWrites
from set_transmitter.adapters.mongo.schema import LOG, STATUS_CHANGES
from set_transmitter.domain.events import Event, LoggedEvent
from set_transmitter.domain.stream_events import AnnouncedChange, StatusChange
from set_transmitter.domain.streams import StreamStatus


class MongoStreamEvents:
    """Implements the port `StreamEvents` beside the log; a change has its stream's id."""

    def __init__(self, database: MongoDatabase, write: FencedWrites) -> None:
        self._log = database[LOG]
        self._changes = database[STATUS_CHANGES]
        self._collections = LogCollections(database)
        self._write = write

    async def journal_cursor(self) -> str:
        """Return how far the journal has been answered."""
        with storage_errors():
            return str((await self._collections.read(None)).get("journal_cursor", ""))

    async def answer(
        self, answers: Sequence[tuple[str, Event]], *, journal_cursor: str
    ) -> list[LoggedEvent]:
        """Log events, and move the cursor."""

        async def write(session: Session) -> list[LoggedEvent]:
            moved = {"$set": {"journal_cursor": journal_cursor}}
            await self._log.update_one({"_id": "log"}, moved, session=session)
            return await self._append(session, answers)

        return await self._write(write)

    async def tell(self, stream_id: str, event: Event) -> LoggedEvent:
        """Log an event."""
        (logged,) = await self._write(lambda session: self._append(session, [(stream_id, event)]))
        return logged

    async def announce(self, change: StatusChange, event: Event) -> LoggedEvent:
        """Log an event, and the change."""

        async def write(session: Session) -> LoggedEvent:
            (logged,) = await self._append(session, [(change.stream_id, event)])
            await self._changes.replace_one(
                {"_id": change.stream_id},
                _document(AnnouncedChange(change, logged.position)),
                upsert=True,
                session=session,
            )
            return logged

        return await self._write(write)

    async def announced(self) -> Sequence[AnnouncedChange]:
        """Return the changes, the oldest first."""
        with storage_errors():
            found = await self._changes.find({}).sort("position", 1).to_list()
        return [_announced(document) for document in found]

    async def conclude(self, announced: AnnouncedChange) -> None:
        """Delete the document of a change."""
        wanted = {"_id": announced.change.stream_id, "position": announced.position}

        async def write(session: Session) -> None:
            await self._changes.delete_one(wanted, session=session)

        await self._write(write)

    async def _append(
        self, session: Session, addressed: Iterable[tuple[str, Event]]
    ) -> list[LoggedEvent]:
        """Add events, each for one stream, leaving the cursor of the feed where it is."""
        feed_cursor = (await self._collections.read(session))["feed_cursor"]
        logged: list[LoggedEvent] = []
        for stream_id, event in addressed:
            logged += await self._collections.append(
                session, [event], feed_cursor=feed_cursor, only_for=stream_id
            )
        return logged


def _document(announced: AnnouncedChange) -> Document:
    change = announced.change
    return {
        "tenant": change.tenant,
        "status": change.status.value,
        "reason": change.reason,
        "expected": change.expected.value,
        "asked": change.asked,
        "position": announced.position,
    }


def _announced(document: Document) -> AnnouncedChange:
    change = StatusChange(
        document["tenant"],
        document["_id"],
        StreamStatus(document["status"]),
        document["reason"],
        StreamStatus(document["expected"]),
        document["asked"],
    )
    return AnnouncedChange(change, document["position"])
