"""What the receiver keeps in MongoDB, which several processes share."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Final

from servicekit.mongo import open_mongo
from servicekit.mongo_leases import MongoLeases
from servicekit.mongo_watch import Pipeline, publish_writes
from set_receiver.adapters.mongo.links import MongoLinks
from set_receiver.adapters.mongo.purging import MongoReceiptPurging
from set_receiver.adapters.mongo.receipts import MongoReceipts
from set_receiver.adapters.mongo.schema import MIGRATIONS, RECEIPTS
from set_receiver.adapters.mongo.stream_states import MongoStreamStates
from set_receiver.adapters.receipt_store import ReceiptStore
from set_receiver.domain.looks import AMONG_OTHERS
from set_receiver.domain.receipts import ReceiptState

_IS_PENDING: Final = int(ReceiptState.PENDING)
_WHAT_IS_PENDING: Final[Pipeline] = (
    {
        "$match": {
            "$or": [
                {"operationType": "insert"},
                {"updateDescription.updatedFields.state": _IS_PENDING},
            ]
        }
    },
    # Their tokens need not travel once more.
    {"$project": {"_id": True}},
)


@asynccontextmanager
async def open_mongo_store(url: str, service: str) -> AsyncIterator[ReceiptStore]:
    """Open the service's database. Raises `StartError`."""
    async with open_mongo(url, service, MIGRATIONS) as database:
        leases = MongoLeases(database)
        yield ReceiptStore(
            MongoReceipts(database, leases),
            MongoReceiptPurging(database),
            MongoStreamStates(database),
            MongoLinks(database, leases),
            leases,
            AMONG_OTHERS,
            database.works,
            partial(publish_writes, database[RECEIPTS], pipeline=_WHAT_IS_PENDING),
        )
