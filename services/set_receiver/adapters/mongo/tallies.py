"""Counts of receipts in MongoDB.

Of settled receipts they are kept, each a document that changes in the transaction of the receipt;
pending ones, which are few and come from every replica, are counted by their index (ADR 21).
"""

from collections import Counter
from collections.abc import Sequence
from typing import Final

from pymongo import UpdateOne

from servicekit.mongo import Document, MongoDatabase, Session
from set_receiver.adapters.mongo.schema import PENDING, RECEIPTS, TALLIES
from set_receiver.domain.receipts import ReceiptState, Tally

_PENDING: Final = int(ReceiptState.PENDING)
_COUNT_PENDING: Final[Sequence[Document]] = (
    {"$match": {"state": _PENDING}},
    {
        "$group": {
            "_id": {"tenant": "$tenant", "stream_id": "$stream_id", "state": "$state"},
            "receipts": {"$sum": 1},
        }
    },
)


class MongoTallies:
    """Keeps the counts, and reads all of them as they were at one moment."""

    def __init__(self, database: MongoDatabase) -> None:
        self._database = database
        self._receipts = database[RECEIPTS]
        self._tallies = database[TALLIES]

    async def read(self) -> Sequence[Tally]:
        """Return the counts that are not zero."""

        async def read_all(session: Session) -> list[Document]:
            settled = await self._tallies.find({"receipts": {"$gt": 0}}, session=session).to_list()
            counting = await self._receipts.aggregate(
                list(_COUNT_PENDING), session=session, hint=PENDING
            )
            return [*settled, *await counting.to_list()]

        return [_tally(found) for found in await self._database.transaction(read_all)]

    async def count(self, receipts: Sequence[Document], sign: int, *, session: Session) -> None:
        """Count receipts that came into their `state`, or with -1 that leave it."""
        counts = Counter(
            (found["tenant"], found["stream_id"], found["state"])
            for found in receipts
            if found["state"] != _PENDING
        )
        if counts:
            await self._tallies.bulk_write(
                [_change(key, sign * count) for key, count in counts.items()], session=session
            )


def _change(key: tuple[str, str, int], by: int) -> UpdateOne:
    tenant, stream_id, state = key
    named = {"tenant": tenant, "stream_id": stream_id, "state": state}
    return UpdateOne({"_id": named}, {"$inc": {"receipts": by}}, upsert=True)


def _tally(found: Document) -> Tally:
    of = found["_id"]
    return Tally(of["tenant"], of["stream_id"], ReceiptState(of["state"]), found["receipts"])
