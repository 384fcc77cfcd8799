"""Reading the log in MongoDB."""

from collections.abc import Sequence

from servicekit.mongo import Document, MongoDatabase, storage_errors
from set_transmitter.adapters.mongo.deliveries import events_for
from set_transmitter.adapters.mongo.documents import logged_event, place
from set_transmitter.adapters.mongo.schema import DEAD_LETTERS, DELIVERIES, EVENTS, STREAMS
from set_transmitter.domain.events import LoggedEvent
from set_transmitter.domain.logged_events import StreamStanding, standing_of
from set_transmitter.domain.streams import Stream


class MongoLoggedEvents:
    """Reads documents by the index of their tenant."""

    def __init__(self, database: MongoDatabase) -> None:
        self._events = database[EVENTS]
        self._streams = database[STREAMS]
        self._deliveries = database[DELIVERIES]
        self._dead_letters = database[DEAD_LETTERS]

    async def after(
        self, tenant: str, position: int, *, limit: int, stream: Stream | None
    ) -> Sequence[LoggedEvent]:
        """Return the events after a position."""
        return await self._read(_wanted(tenant, position, stream), limit=limit, direction=1)

    async def newest(
        self, tenant: str, *, limit: int, stream: Stream | None
    ) -> Sequence[LoggedEvent]:
        """Return the last events."""
        found = await self._read(_wanted(tenant, 0, stream), limit=limit, direction=-1)
        return found[::-1]

    async def get(self, tenant: str, position: int) -> LoggedEvent | None:
        """Return one event."""
        with storage_errors():
            found = await self._events.find_one({"_id": position, "tenant": tenant})
        return logged_event(found) if found else None

    async def standings(self, tenant: str, position: int) -> Sequence[StreamStanding]:
        """Return where an event stands."""
        with storage_errors():
            streams = await self._streams.find({"tenant": tenant}, sort=[("_id", 1)]).to_list()
            ids = [place(stream["_id"], position) for stream in streams]
            among = {"_id": {"$in": ids}}
            kept = {
                found["_id"]["stream_id"]: found["jwt"]
                async for found in self._deliveries.find(among)
            }
            letters = {found["_id"]["stream_id"] async for found in self._dead_letters.find(among)}
        return [
            StreamStanding(
                stream["_id"],
                standing_of(
                    is_settled=position <= stream["cursor"] or kept.get(stream["_id"], "") is None,
                    is_kept=bool(kept.get(stream["_id"])),
                    is_set_aside=stream["_id"] in letters,
                ),
            )
            for stream in streams
        ]

    async def _read(self, wanted: Document, *, limit: int, direction: int) -> list[LoggedEvent]:
        with storage_errors():
            found = await self._events.find(
                wanted, sort=[("tenant", direction), ("_id", direction)], limit=limit
            ).to_list()
        return [logged_event(document) for document in found]


def _wanted(tenant: str, after: int, stream: Stream | None) -> Document:
    if stream is None:
        return {"tenant": tenant, "_id": {"$gt": after}}
    return events_for(stream, after=after)
