"""What receivers do with their streams, in MongoDB: members of the streams' documents."""

from servicekit.mongo import Document, MongoDatabase, storage_errors
from ssf_registrar.adapters.mongo.changes import Changes, Turn
from ssf_registrar.domain.errors import StreamNotFoundError
from ssf_registrar.domain.journal import JournalEntry, JournalKind
from ssf_registrar.domain.streams import Stream
from ssf_registrar.domain.verifications import Verification, check_interval


class MongoActivity:
    """Implements the port `Activity`."""

    def __init__(self, database: MongoDatabase, changes: Changes) -> None:
        self._streams = database["streams"]
        self._changes = changes

    async def request_verification(self, stream: Stream, verification: Verification) -> None:
        """Journal a request, unless it comes too soon."""
        names = {"tenant": stream.tenant, "stream_id": stream.stream_id}
        entry = JournalEntry(
            JournalKind.VERIFICATION_REQUESTED,
            stream.tenant,
            stream.stream_id,
            stream.direction,
            verification=verification,
        )

        async def write(turn: Turn) -> None:
            found = await self._streams.find_one(names, session=turn.session)
            if found is None:
                raise StreamNotFoundError(stream.stream_id)
            check_interval(stream, last=found.get("verified", 0), now=verification.requested)
            noted = {"$set": {"verified": verification.requested}}
            await self._streams.update_one(names, noted, session=turn.session)
            turn.entries.append(entry)

        await self._changes.make(write)

    async def note_managed(self, tenant: str, stream_id: str, *, at: int) -> None:
        """Note a management call."""
        with storage_errors():
            await self._streams.update_one(_names(tenant, stream_id), {"$max": {"managed": at}})

    async def managed(self, tenant: str, stream_id: str) -> int:
        """Return the time of the last one."""
        with storage_errors():
            found = await self._streams.find_one(_names(tenant, stream_id), {"managed": 1})
        return int(found.get("managed", 0)) if found else 0


def _names(tenant: str, stream_id: str) -> Document:
    return {"tenant": tenant, "stream_id": stream_id}
