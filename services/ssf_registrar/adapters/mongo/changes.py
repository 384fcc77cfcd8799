"""Changes with their journal entries: one transaction each, one after another (ADR 22)."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from pymongo import ReturnDocument

from servicekit.failures import StorageError
from servicekit.mongo import Document, MongoDatabase, Session
from servicekit.signals import News
from ssf_registrar.adapters.mongo.schema import THE_REGISTRAR
from ssf_registrar.adapters.verification_rows import encode_verification
from ssf_registrar.domain.journal import JournalEntry

T = TypeVar("T")


@dataclass(slots=True)
class Turn:
    """The transaction of one change: until it ends, no replica commits another."""

    session: Session
    number: int
    """Grows with every change."""
    entries: list[JournalEntry] = field(default_factory=list)
    """What the journal is to tell of this change."""


Change = Callable[[Turn], Awaitable[T]]


class Changes:
    """Makes changes; journal readers of this process are woken as soon as one is durable.

    Every change begins by writing to the one document that holds the last position, so that the
    order of positions is the order of commits, over all replicas: the database lets no other
    transaction write there before this one has ended. Within a process they wait for their turn
    instead, which costs no repetition.
    """

    def __init__(self, database: MongoDatabase, news: News) -> None:
        self._database = database
        self._news = news
        self._one_at_a_time = asyncio.Lock()

    async def make(self, change: Change[T]) -> T:
        """Carry out a change, perhaps several times, and return its value once it is durable.

        Raises what it raised (nothing of it remains then), or `StorageError`.
        """

        async def take_turn(session: Session) -> T:
            registrar = await self._update({"$inc": {"change": 1}}, session)
            turn = Turn(session, registrar["change"])
            result = await change(turn)
            await self._record(turn.entries, session, after=registrar["position"])
            return result

        async with self._one_at_a_time:
            result = await self._database.transaction(take_turn)
        self._news.publish()
        return result

    async def _record(
        self, entries: Sequence[JournalEntry], session: Session, *, after: int
    ) -> None:
        if not entries:
            return
        numbered = enumerate(entries, start=after + 1)
        documents = [_document(position, entry) for position, entry in numbered]
        await self._database["journal"].insert_many(documents, session=session)
        await self._update({"$inc": {"position": len(entries)}}, session)

    async def _update(self, update: Document, session: Session) -> Document:
        registrar = await self._database["registrar"].find_one_and_update(
            THE_REGISTRAR, update, return_document=ReturnDocument.AFTER, session=session
        )
        if registrar is None:
            raise StorageError("the database was emptied: restart to begin anew")
        return registrar


def _document(position: int, entry: JournalEntry) -> Document:
    return {
        "_id": position,
        "kind": entry.kind.value,
        "tenant": entry.tenant,
        "stream_id": entry.stream_id,
        "direction": entry.direction and entry.direction.value,
        "token_hash": entry.token_hash,
        "verification": encode_verification(entry.verification),
    }
