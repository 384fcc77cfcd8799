"""Stream configurations in MongoDB."""

from collections.abc import Sequence
from typing import Final

from pymongo import ASCENDING

from servicekit.mongo import Document, MongoDatabase, Session, storage_errors
from ssf_registrar.adapters.mongo.changes import Changes, Turn
from ssf_registrar.adapters.mongo.journal import end_of_journal
from ssf_registrar.adapters.mongo.tenants import check_active
from ssf_registrar.adapters.stream_rows import NAMES, decode, encode
from ssf_registrar.domain.journal import Cursor, JournalEntry, JournalKind
from ssf_registrar.domain.streams import Direction, Stream
from ssf_registrar.ports.sealing import Sealer
from ssf_registrar.ports.streams import StaleStreamError, StreamSnapshot

_MADE: Final = [(name, ASCENDING) for name in ("created", "stream_id")]
_MADE_BY_ANYONE: Final = [(name, ASCENDING) for name in ("created", "tenant", "stream_id")]


class MongoStreams:
    """Keeps streams, a document each."""

    def __init__(self, database: MongoDatabase, sealer: Sealer, changes: Changes) -> None:
        self._database = database
        self._streams = database["streams"]
        self._sealer = sealer
        self._changes = changes

    async def add(self, stream: Stream) -> None:
        """Store a new stream."""
        document = self._document(stream)

        async def insert(turn: Turn) -> None:
            await check_active(self._database["tenants"], stream.tenant, turn)
            # A copy: what is inserted gets an _id, which a repetition must not have.
            await self._streams.insert_one(dict(document), session=turn.session)
            turn.entries.append(_entry(JournalKind.STREAM_CREATED, stream))

        await self._changes.make(insert)

    async def get(self, tenant: str, stream_id: str) -> Stream | None:
        """Return a stream of the tenant, or None."""
        with storage_errors():
            found = await self._streams.find_one({"tenant": tenant, "stream_id": stream_id})
        return self._stream(found) if found else None

    async def of_tenant(self, tenant: str) -> tuple[Stream, ...]:
        """Return the tenant's streams in the order in which they were made."""
        with storage_errors():
            found = await self._streams.find({"tenant": tenant}).sort(_MADE).to_list()
        return self._decoded(found)

    async def save(self, stream: Stream) -> None:
        """Store a changed stream, unless it is not the next revision."""
        document = self._document(stream)
        former = {name: document[name] for name in ("tenant", "stream_id")}

        async def update(turn: Turn) -> None:
            updated = await self._streams.update_one(
                {**former, "revision": stream.revision - 1},
                {"$set": document},
                session=turn.session,
            )
            if updated.matched_count == 0:
                raise StaleStreamError(stream.stream_id)
            turn.entries.append(_entry(JournalKind.STREAM_CHANGED, stream))

        await self._changes.make(update)

    async def remove(self, tenant: str, stream_id: str) -> bool:
        """Remove a stream; False when there was none."""

        async def delete(turn: Turn) -> bool:
            found = await self._streams.find_one_and_delete(
                {"tenant": tenant, "stream_id": stream_id}, session=turn.session
            )
            if found is None:
                return False
            turn.entries.append(_entry(JournalKind.STREAM_DELETED, self._stream(found)))
            return True

        return await self._changes.make(delete)

    async def snapshot(self, direction: Direction | None) -> StreamSnapshot:
        """Return the streams of one direction, or none, with the cursor of the same moment."""

        async def look(session: Session) -> tuple[list[Document], Cursor]:
            of_direction = {"direction": direction.value if direction else None}
            found = self._streams.find(of_direction, session=session).sort(_MADE_BY_ANYONE)
            return await found.to_list(), await end_of_journal(self._database, session)

        found, cursor = await self._database.snapshot(look)
        return StreamSnapshot(self._decoded(found), cursor)

    def _document(self, stream: Stream) -> Document:
        return dict(zip(NAMES, encode(stream, self._sealer), strict=True))

    def _decoded(self, documents: Sequence[Document]) -> tuple[Stream, ...]:
        return tuple(self._stream(document) for document in documents)

    def _stream(self, document: Document) -> Stream:
        tenant, stream_id, *rest = (document[name] for name in NAMES)
        return decode((tenant, stream_id, *rest), self._sealer)


def _entry(kind: JournalKind, stream: Stream) -> JournalEntry:
    return JournalEntry(kind, stream.tenant, stream.stream_id, stream.direction)
