"""Receipts in MongoDB."""

import asyncio
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final

import pymongo
from pymongo import ReturnDocument, UpdateMany
from pymongo.errors import BulkWriteError

from servicekit.coalescing import Coalescer
from servicekit.failures import StorageError
from servicekit.leases import Lease
from servicekit.mongo import Document, MongoDatabase, Session, storage_errors
from servicekit.mongo_leases import MongoLeases
from set_receiver.adapters.mongo.documents import (
    new_document,
    pending_receipt,
    receipt,
    standing_members,
)
from set_receiver.adapters.mongo.purging import closed_among
from set_receiver.adapters.mongo.schema import (
    COUNTERS,
    DEAD,
    LINKS,
    OF_STREAM,
    OF_TENANT,
    PENDING,
    POSITIONS,
    RECEIPTS,
)
from set_receiver.adapters.mongo.tallies import MongoTallies
from set_receiver.domain.looks import STRAGGLING_SECONDS
from set_receiver.domain.receipts import (
    APPLYING,
    AWAITING,
    DROPPED,
    ERASED,
    NEVER_MIND,
    Arrival,
    PendingReceipt,
    Receipt,
    ReceiptState,
    Selection,
    Standing,
    Tally,
    settled,
)

_DUPLICATE_KEY: Final = 11000
_PENDING: Final = int(ReceiptState.PENDING)
_NEVER_MIND: Final = frozenset(map(int, NEVER_MIND))
_OF_PENDING: Final = ("_id", "tenant", "stream_id", "subject_uri", "next_attempt")
_OF_TALLY: Final = ("tenant", "stream_id", "state")
_Batch = Sequence[Arrival]


class MongoReceipts:
    """Keeps receipts; additions that wait at one moment are written together."""

    def __init__(self, database: MongoDatabase, leases: MongoLeases) -> None:
        self._database = database
        self._receipts = database[RECEIPTS]
        self._counters = database[COUNTERS]
        self._links = database[LINKS]
        self._tallies = MongoTallies(database)
        self._leases = leases
        self._add = Coalescer(self._add_batches)
        # Two at once would only get into each other's way, at the lease and at the tallies.
        self._recording = asyncio.Lock()

    async def add(self, arrivals: Sequence[Arrival]) -> Sequence[bool]:
        """Keep receipts, as the port says."""
        return await self._add(arrivals)

    async def record(self, standings: Mapping[int, Standing], *, fence: int) -> None:
        """Change where pending receipts stand, as the port says."""

        async def record_all(session: Session) -> None:
            await self._leases.check_fence(session, Lease(APPLYING, "", fence, ends=0))
            await self._settle(standings, session)

        async with self._recording:
            await self._database.transaction(record_all)

    async def pending(self, *, after: int, limit: int) -> Sequence[PendingReceipt]:
        """Return pending receipts after a position."""
        wanted = {"state": _PENDING, "_id": {"$gt": after}}
        with storage_errors():
            found = self._receipts.find(wanted, _OF_PENDING, hint=PENDING).sort("_id").limit(limit)
            return [pending_receipt(document) async for document in found]

    async def read(self, positions: Sequence[int]) -> Sequence[Receipt]:
        """Return the receipts at these positions."""
        return await self._select({"_id": {"$in": list(positions)}}, limit=0, index="_id_")

    async def page(self, selected: Selection, *, after: int, limit: int) -> Sequence[Receipt]:
        """Return a page of a selection."""
        return await self._select(_wanted(selected, after), limit=limit, index=_index_for(selected))

    async def reopen(self, positions: Sequence[int]) -> int:
        """Make settled receipts pending again."""
        settled = {
            "_id": {"$in": list(positions)},
            "state": {"$ne": _PENDING},
            "token": {"$ne": ""},
        }

        async def reopen_all(session: Session) -> int:
            found = await self._receipts.find(settled, _OF_TALLY, session=session).to_list()
            await self._receipts.update_many(
                settled, {"$set": standing_members(AWAITING)}, session=session
            )
            await self._tallies.count(found, -1, session=session)
            return len(found)

        return await self._database.transaction(reopen_all)

    async def drop(self, positions: Sequence[int], *, now: int) -> int:
        """Let dead receipts be ignored."""
        dead = {"_id": {"$in": list(positions)}, "state": int(ReceiptState.DEAD)}
        dropped = standing_members(settled(ReceiptState.IGNORED, DROPPED, now=now))

        async def drop_all(session: Session) -> int:
            found = await self._receipts.find(dead, _OF_TALLY, session=session).to_list()
            await self._receipts.update_many(dead, {"$set": dropped}, session=session)
            ignored = [{**each, "state": int(ReceiptState.IGNORED)} for each in found]
            await self._tallies.count(found, -1, session=session)
            await self._tallies.count(ignored, 1, session=session)
            return len(found)

        return await self._database.transaction(drop_all)

    async def erase(self, tenant: str, path: str, *, now: int) -> int:
        """Remove the tokens of a subject's receipts."""
        about = {
            "tenant": tenant,
            "subject_uri": {"$regex": f"{re.escape(path)}$"},
            "token": {"$ne": ""},
        }
        emptied: Document = {"token": "", "reason": ERASED, "next_attempt": 0}
        ignored = int(ReceiptState.IGNORED)

        async def erase_all(session: Session) -> int:
            subject = {name: about[name] for name in ("tenant", "subject_uri")}
            await self._links.delete_many(subject, session=session)
            found = await self._receipts.find(about, _OF_TALLY, session=session).to_list()
            ended = [each for each in found if each["state"] in _NEVER_MIND]
            await self._receipts.update_many(
                {"_id": {"$in": [each["_id"] for each in ended]}},
                {"$set": {**emptied, "state": ignored, "settled": now}},
                session=session,
            )
            await self._receipts.update_many(
                {"_id": {"$in": [each["_id"] for each in found]}},
                {"$set": emptied},
                session=session,
            )
            await self._tallies.count(ended, -1, session=session)
            await self._tallies.count(
                [{**each, "state": ignored} for each in ended], 1, session=session
            )
            return len(found)

        return await self._database.transaction(erase_all)

    async def make_unreadable(self) -> None:
        """Do nothing: the server's files are not read by themselves."""

    async def tallies(self) -> Sequence[Tally]:
        """Return the counts."""
        return await self._tallies.read()

    async def _select(self, wanted: Document, *, limit: int, index: str) -> Sequence[Receipt]:
        with storage_errors():
            found = self._receipts.find(wanted, hint=index).sort("_id").limit(limit)
            return [receipt(document) async for document in found]

    async def _add_batches(self, batches: Sequence[_Batch]) -> Sequence[Sequence[bool]]:
        arrivals = [arrival for batch in batches for arrival in batch]
        # The time of all together is the bound that readers rely on, and who removes a tenant.
        with storage_errors(), pymongo.timeout(STRAGGLING_SECONDS):
            closed = await closed_among(self._database, {each.tenant for each in arrivals})
            kept = [arrival for arrival in arrivals if arrival.tenant not in closed]
            first = await self._reserve(len(kept))
            are_new = iter(await self._insert(kept, first=first) if kept else ())
        return [
            [arrival.tenant not in closed and next(are_new) for arrival in batch]
            for batch in batches
        ]

    async def _reserve(self, count: int) -> int:
        """Return the first of `count` positions that nobody else has."""
        counter = await self._counters.find_one_and_update(
            {"_id": POSITIONS},
            {"$inc": {"last": count}},
            return_document=ReturnDocument.AFTER,
        )
        if counter is None:
            raise StorageError("the counter of positions is gone: restore a backup")
        last: int = counter["last"]
        return last - count + 1

    async def _insert(self, arrivals: Sequence[Arrival], *, first: int) -> Sequence[bool]:
        documents = [new_document(first + n, arrival) for n, arrival in enumerate(arrivals)]
        try:
            await self._receipts.insert_many(documents, ordered=False)
        except BulkWriteError as error:
            known = _duplicates(error)
        else:
            known = frozenset()
        return [number not in known for number in range(len(arrivals))]

    async def _settle(self, standings: Mapping[int, Standing], session: Session) -> None:
        waiting = await self._receipts.find(
            {"_id": {"$in": list(standings)}, "state": _PENDING},
            _OF_TALLY,
            session=session,
        ).to_list()
        if not waiting:
            return
        alike: dict[Standing, list[int]] = defaultdict(list)
        for document in waiting:
            alike[standings[document["_id"]]].append(document["_id"])
        await self._receipts.bulk_write(
            [
                UpdateMany({"_id": {"$in": positions}}, {"$set": standing_members(standing)})
                for standing, positions in alike.items()
            ],
            session=session,
        )
        arrived = [{**found, "state": int(standings[found["_id"]].state)} for found in waiting]
        await self._tallies.count(arrived, 1, session=session)


def _wanted(selected: Selection, after: int) -> Document:
    wanted: Document = {
        "tenant": selected.tenant,
        "_id": {"$gt": after},
        "received": {"$gte": selected.received_from, "$lt": selected.received_before},
    }
    if selected.stream_id is not None:
        wanted["stream_id"] = selected.stream_id
    if selected.state is not None:
        wanted["state"] = int(selected.state)
    return wanted


def _index_for(selected: Selection) -> str:
    """Return the index whose order is that of a page; the server may prefer `_id` alone."""
    match selected.state:
        case ReceiptState.PENDING:
            return PENDING
        case ReceiptState.DEAD:
            return DEAD
        case _:
            return OF_TENANT if selected.stream_id is None else OF_STREAM


def _duplicates(error: BulkWriteError) -> frozenset[int]:
    """Return which of a list's documents are there already; a full disk is another matter."""
    details: Mapping[str, Any] = error.details or {}
    failures = details.get("writeErrors", ())
    others = [failure for failure in failures if not _is_duplicate(failure)]
    if others or details.get("writeConcernErrors"):
        # Its text has the documents, and so the tokens.
        raise StorageError("receipts were not stored") from None
    return frozenset(failure["index"] for failure in failures)


def _is_duplicate(failure: Mapping[str, Any]) -> bool:
    # A position that was given twice would show as a duplicate too, of another index.
    return failure["code"] == _DUPLICATE_KEY and "jti" in failure.get("keyPattern", ())
