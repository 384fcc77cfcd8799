"""The event log in MongoDB."""

from collections.abc import Sequence

from pymongo.errors import DuplicateKeyError

from servicekit.mongo import Document, MongoDatabase, Session, storage_errors
from set_transmitter.adapters.mongo.documents import event_document
from set_transmitter.adapters.mongo.fenced import FencedWrites
from set_transmitter.adapters.mongo.schema import EVENTS, LOG
from set_transmitter.domain.events import Event, LoggedEvent

_LOG = {"_id": "log"}


class MongoEventLog:
    """A collection that is only ever appended to, and a document that says where it ends."""

    def __init__(self, database: MongoDatabase, write: FencedWrites) -> None:
        self._log = database[LOG]
        self._events = database[EVENTS]
        self._write = write

    async def begin(self, *, epoch: str) -> None:
        """Give the log its name, unless it has one."""
        fresh = {"epoch": epoch, "feed_cursor": "", "end": 0}
        with storage_errors():
            try:
                await self._log.update_one(_LOG, {"$setOnInsert": fresh}, upsert=True)
            except DuplicateKeyError:  # another replica has just done it
                return

    async def epoch(self) -> str:
        """Return the log's name."""
        return str((await self._read())["epoch"])

    async def end(self) -> int:
        """Return the last position."""
        return int((await self._read())["end"])

    async def feed_cursor(self) -> str:
        """Return the cursor on the change feed."""
        return str((await self._read())["feed_cursor"])

    async def append(self, events: Sequence[Event], *, feed_cursor: str) -> list[LoggedEvent]:
        """Add events and move the cursor."""

        async def write(session: Session) -> list[LoggedEvent]:
            end = (await self._read(session))["end"]
            logged = [
                LoggedEvent(position, event) for position, event in enumerate(events, end + 1)
            ]
            if logged:
                await self._events.insert_many(map(event_document, logged), session=session)
            moved = {"feed_cursor": feed_cursor, "end": end + len(logged)}
            await self._log.update_one(_LOG, {"$set": moved}, session=session)
            return logged

        return await self._write(write)

    async def _read(self, session: Session | None = None) -> Document:
        with storage_errors():
            found = await self._log.find_one(_LOG, session=session)
        if found is None:
            raise LookupError("the log has not begun")
        return found
