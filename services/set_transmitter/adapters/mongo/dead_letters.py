"""Dead letters in MongoDB."""

from collections.abc import Sequence

from servicekit.mongo import Document, MongoDatabase, Session, storage_errors
from set_transmitter.adapters.mongo.deliveries import events_for
from set_transmitter.adapters.mongo.documents import (
    dead_letter,
    logged_event,
    place,
    places,
)
from set_transmitter.adapters.mongo.event_log import LogCollections
from set_transmitter.adapters.mongo.fenced import FencedWrites
from set_transmitter.adapters.mongo.schema import DEAD_LETTERS, EVENTS, STREAMS
from set_transmitter.domain.dead_letters import (
    STATE_KINDS,
    UNDELIVERED,
    FoundLetter,
    LetterPlace,
)
from set_transmitter.domain.events import Event, LoggedEvent
from set_transmitter.domain.progress import DeadLetter
from set_transmitter.domain.streams import Stream


class MongoDeadLetters:
    """Reads and removes the documents of dead letters."""

    def __init__(self, database: MongoDatabase, write: FencedWrites) -> None:
        self._letters = database[DEAD_LETTERS]
        self._events = database[EVENTS]
        self._streams = database[STREAMS]
        self._log = LogCollections(database)
        self._write = write

    async def page(
        self, tenant: str, *, stream_id: str | None, after: LetterPlace | None, limit: int
    ) -> list[DeadLetter]:
        """Return a page."""
        wanted = {"tenant": tenant, **({} if stream_id is None else places(stream_id))}
        order = [("at", 1), ("_id.position", 1), ("_id.stream_id", 1)]
        with storage_errors():
            found = self._letters.find({"$and": [wanted, _after(after)]}, sort=order, limit=limit)
            return [dead_letter(document) async for document in found]

    async def find(self, tenant: str, stream_id: str, position: int) -> FoundLetter | None:
        """Return one."""
        found = await self._found({"tenant": tenant, "_id": place(stream_id, position)}, limit=1)
        return found[0] if found else None

    async def first(self, tenant: str, stream_id: str, *, limit: int) -> list[FoundLetter]:
        """Return the first."""
        return await self._found({"tenant": tenant, **places(stream_id)}, limit=limit)

    async def overtaken(self, stream: Stream, letters: Sequence[DeadLetter]) -> frozenset[int]:
        """Return those after which there is something."""
        if not letters:
            return frozenset()
        after = min(each.position for each in letters)
        refused = await self._refused(stream.stream_id, after=after)
        wanted = {
            **events_for(stream, after=after),
            "kind": {"$in": sorted(stream.topics & STATE_KINDS)},
            "subject_uri": {"$in": sorted({each.subject_uri for each in letters})},
        }
        last: dict[str, int] = {}
        with storage_errors():
            async for event in self._events.find(wanted, {"subject_uri": 1}, sort=[("_id", 1)]):
                if event["_id"] not in refused:
                    last[event["subject_uri"]] = event["_id"]
        return frozenset(
            each.position for each in letters if last.get(each.subject_uri, 0) > each.position
        )

    async def replay(
        self, stream_id: str, positions: Sequence[int], events: Sequence[Event]
    ) -> list[LoggedEvent] | None:
        """Log events and remove letters."""
        there = {"_id": {"$in": [place(stream_id, position) for position in positions]}}

        async def write(session: Session) -> list[LoggedEvent] | None:
            if await self._letters.count_documents(there, session=session) < len(positions):
                return None
            await self._letters.delete_many(there, session=session)
            await self._count_down(session, stream_id, len(positions))
            cursor = (await self._log.read(session))["feed_cursor"]
            return await self._log.append(session, events, feed_cursor=cursor, only_for=stream_id)

        return await self._write(write)

    async def drop(self, tenant: str, stream_id: str, positions: Sequence[int] | None) -> int:
        """Remove letters."""
        there = (
            places(stream_id)
            if positions is None
            else {"_id": {"$in": [place(stream_id, position) for position in positions]}}
        )

        async def write(session: Session) -> int:
            dropped = await self._letters.delete_many({"tenant": tenant, **there}, session=session)
            await self._count_down(session, stream_id, dropped.deleted_count)
            return int(dropped.deleted_count)

        return await self._write(write)

    async def _found(self, wanted: Document, *, limit: int) -> list[FoundLetter]:
        with storage_errors():
            documents = self._letters.find(wanted, sort=[("_id", 1)], limit=limit)
            letters = [dead_letter(document) async for document in documents]
            there = {"_id": {"$in": [each.position for each in letters]}, "kind": {"$ne": "erased"}}
            events = {each["_id"]: logged_event(each) async for each in self._events.find(there)}
        return [FoundLetter(each, events.get(each.position)) for each in letters]

    async def _refused(self, stream_id: str, *, after: int) -> frozenset[int]:
        wanted = {**places(stream_id, after=after), "err": {"$ne": UNDELIVERED}}
        with storage_errors():
            found = self._letters.find(wanted, {"_id": 1})
            return frozenset([each["_id"]["position"] async for each in found])

    async def _count_down(self, session: Session, stream_id: str, count: int) -> None:
        await self._streams.update_one(
            {"_id": stream_id}, {"$inc": {"dead_letters": -count}}, session=session
        )


def _after(after: LetterPlace | None) -> Document:
    if after is None:
        return {}
    return {
        "$or": [
            {"at": {"$gt": after.at}},
            {"at": after.at, "_id.position": {"$gt": after.position}},
            {
                "at": after.at,
                "_id.position": after.position,
                "_id.stream_id": {"$gt": after.stream_id},
            },
        ]
    }
