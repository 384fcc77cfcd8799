"""Giving committed changes their places in the feed.

Writers commit their changes without a place: a counter in their transactions would let only one of
them commit at a time. One sequencer, under a lease, follows the change stream, which has the order
of the commits, and gives places, checking in the same transaction that it still leads.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import structlog
from bson import ObjectId, Timestamp
from pymongo import UpdateOne
from pymongo.asynchronous.change_stream import AsyncChangeStream
from pymongo.errors import OperationFailure, PyMongoError

from resource_store.adapters.mongo.feed import CHANGES
from servicekit.cancelling import cancelled
from servicekit.leases import Held
from servicekit.mongo import Document, MongoDatabase, Session, storage_errors
from servicekit.mongo_leases import MongoLeases

STATE: Final = "sequencer"
FEED: Final = {"_id": "feed"}
LEASE: Final = "sequencer"

_MOST_AT_ONCE: Final = 500
_INSERTS: Final[Sequence[Mapping[str, Any]]] = [
    {"$match": {"operationType": "insert"}},
    {"$project": {"documentKey": True}},
]
# The oplog does not reach back to the token any more, or never held it (a restored backup).
_HISTORY_LOST: Final = frozenset({136, 260, 280, 286})

_log = structlog.get_logger()

Token = Mapping[str, Any]
ChangeStream = AsyncChangeStream[Document]


@dataclass(frozen=True, slots=True)
class Committed:
    """A change that was committed, and the token of the change stream after it."""

    id: ObjectId
    token: Token | None


class Sequencer:
    """Sequences for as long as it leads; places are given once, whatever is repeated."""

    def __init__(self, database: MongoDatabase, leases: MongoLeases) -> None:
        self._database = database
        self._leases = leases

    async def run(self, held: Held) -> None:
        """Follow the change stream from where the last sequencer stood. Raises `FencedError`."""
        with storage_errors():
            stream = await self._resumed() or await self._begun(held)
            async with stream:
                await self._follow(stream, held)

    async def sequence(self, committed: Sequence[Committed], held: Held) -> int:
        """Give places, in this order, to those changes that have none; return how many had none.

        Raises `FencedError`, and then none was given.
        """

        async def give(session: Session) -> int:
            await self._leases.check_fence(session, held.lease)
            return await self._give_places(session, committed)

        return await self._database.transaction(give)

    async def sequence_all(self, held: Held) -> int:
        """Give places to all that have none, in the order of their clocks; return how many.

        That keeps the order of each resource, of which every change has a later clock than the one
        before. All are looked up at one moment, or a later change might be seen without an earlier.
        """
        found = await self._database.transaction(self._unsequenced)
        for start in range(0, len(found), _MOST_AT_ONCE):
            await self.sequence(found[start : start + _MOST_AT_ONCE], held)
        return len(found)

    async def _unsequenced(self, session: Session) -> list[Committed]:
        waiting = self._database[CHANGES].find(
            {"sequenced": False}, {"_id": True}, sort=[("clock", 1)], session=session
        )
        return [Committed(document["_id"], None) async for document in waiting]

    async def _give_places(self, session: Session, committed: Sequence[Committed]) -> int:
        changes, states = self._database[CHANGES], self._database[STATE]
        state = await states.find_one(FEED, session=session)
        last = state["position"] if state else 0
        waiting = {"_id": {"$in": [change.id for change in committed]}, "sequenced": False}
        without = {d["_id"] async for d in changes.find(waiting, {"_id": True}, session=session)}
        placed = [change.id for change in committed if change.id in without]
        if placed:
            await changes.bulk_write(
                [_place(key, position) for position, key in enumerate(placed, last + 1)],
                ordered=False,
                session=session,
            )
        moved: Document = {"position": last + len(placed)}
        if committed and committed[-1].token is not None:
            moved["token"] = committed[-1].token
        await states.update_one(FEED, {"$set": moved}, upsert=True, session=session)
        return len(placed)

    async def _resumed(self) -> ChangeStream | None:
        """Open the change stream where the last sequencer stood; None where that is not known."""
        state = await self._database[STATE].find_one(FEED)
        token = state.get("token") if state else None
        if token is None:
            return None
        try:
            return await self._watch(resume_after=token)
        except OperationFailure as error:
            if error.code not in _HISTORY_LOST:
                raise
            _log.warning("sequencer.history_lost", code=error.code)
            return None

    async def _begun(self, held: Held) -> ChangeStream:
        """Open the change stream at this moment, and sequence what was committed before it.

        What is committed meanwhile is in the stream as well, and gets no second place.
        """
        hello = await self._database.database.command("hello")
        stream = await self._watch(start_at_operation_time=hello["operationTime"])
        await self.sequence_all(held)
        return stream

    async def _watch(
        self, *, resume_after: Token | None = None, start_at_operation_time: Timestamp | None = None
    ) -> ChangeStream:
        return await self._database[CHANGES].watch(
            _INSERTS,
            resume_after=resume_after,
            start_at_operation_time=start_at_operation_time,
            batch_size=_MOST_AT_ONCE,
        )

    async def _follow(self, stream: ChangeStream, held: Held) -> None:
        waiting: asyncio.Queue[Committed | PyMongoError] = asyncio.Queue(_MOST_AT_ONCE)
        reading = asyncio.create_task(_read(stream, waiting))
        try:
            while True:
                await self.sequence(await _all_of(waiting), held)
        finally:
            await cancelled([reading])


async def _read(stream: ChangeStream, into: "asyncio.Queue[Committed | PyMongoError]") -> None:
    """Read for as long as the stream goes on, and end with what ended it."""
    try:
        async for event in stream:
            await into.put(Committed(event["documentKey"]["_id"], event["_id"]))
        await into.put(PyMongoError("the change stream has ended"))
    except PyMongoError as error:
        await into.put(error)


async def _all_of(waiting: "asyncio.Queue[Committed | PyMongoError]") -> list[Committed]:
    """Return what waits, as soon as something does; raises what ended the reading."""
    found = [await waiting.get()]
    while not waiting.empty():
        found.append(waiting.get_nowait())
    for item in found:
        if isinstance(item, PyMongoError):
            raise item
    return [item for item in found if isinstance(item, Committed)]


def _place(key: ObjectId, position: int) -> UpdateOne:
    return UpdateOne({"_id": key}, {"$set": {"sequenced": True, "position": position}})
