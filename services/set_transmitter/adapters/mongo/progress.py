"""How far streams are, written in a transaction of MongoDB."""

from collections.abc import Iterable, Sequence

from pymongo import DeleteMany, UpdateOne

from servicekit.mongo import MongoDatabase, Session
from set_transmitter.adapters.mongo.documents import dead_letter_document, place, places
from set_transmitter.adapters.mongo.schema import DEAD_LETTERS, DELIVERIES, STREAMS
from set_transmitter.domain.progress import Progress


class ProgressWriter:
    """Settles what is not settled yet, and moves cursors forward."""

    def __init__(self, database: MongoDatabase) -> None:
        self._streams = database[STREAMS]
        self._deliveries = database[DELIVERIES]
        self._dead_letters = database[DEAD_LETTERS]

    async def record(self, session: Session, progress: Sequence[Progress]) -> None:
        """Record the progress of the streams that there are."""
        tenants = await self._tenants(session, {of_stream.stream_id for of_stream in progress})
        known = [of_stream for of_stream in progress if of_stream.stream_id in tenants]
        if not known:
            return
        moves = [await self._move(session, of_stream) for of_stream in known]
        await self._streams.bulk_write(moves, session=session)
        passed = [
            DeleteMany(places(of_stream.stream_id, through=of_stream.cursor)) for of_stream in known
        ]
        await self._deliveries.bulk_write(passed, session=session)
        letters = [
            UpdateOne(
                {"_id": place(letter.stream_id, letter.position)},
                {"$setOnInsert": dead_letter_document(letter, tenant=tenants[of_stream.stream_id])},
                upsert=True,
            )
            for of_stream in known
            for letter in of_stream.dead_letters
        ]
        if letters:
            await self._dead_letters.bulk_write(letters, session=session)

    async def _tenants(self, session: Session, stream_ids: Iterable[str]) -> dict[str, str]:
        wanted = {"_id": {"$in": sorted(stream_ids)}}
        found = self._streams.find(wanted, {"tenant": 1}, session=session)
        return {document["_id"]: document["tenant"] async for document in found}

    async def _move(self, session: Session, progress: Progress) -> UpdateOne:
        stream_id = progress.stream_id
        acknowledged = await self._settle(session, stream_id, progress.acknowledged)
        dead = await self._settle(
            session, stream_id, [letter.position for letter in progress.dead_letters]
        )
        return UpdateOne(
            {"_id": stream_id},
            {
                "$max": {"cursor": progress.cursor},
                "$inc": {"acknowledged": acknowledged, "dead_letters": dead},
            },
        )

    async def _settle(self, session: Session, stream_id: str, positions: Sequence[int]) -> int:
        """Return how many of the positions were not settled before."""
        if not positions:
            return 0
        settled = await self._deliveries.update_many(
            {
                "_id": {"$in": [place(stream_id, position) for position in positions]},
                "jwt": {"$ne": None},
            },
            {"$set": {"jwt": None}},
            session=session,
        )
        return settled.modified_count
