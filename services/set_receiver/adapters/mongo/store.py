"""What the receiver keeps in MongoDB, which several processes share."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from servicekit.mongo import open_mongo
from servicekit.mongo_leases import MongoLeases
from set_receiver.adapters.mongo.receipts import MongoReceipts
from set_receiver.adapters.mongo.schema import MIGRATIONS
from set_receiver.adapters.receipt_store import ReceiptStore
from set_receiver.domain.looks import AMONG_OTHERS


@asynccontextmanager
async def open_mongo_store(url: str, service: str) -> AsyncIterator[ReceiptStore]:
    """Open the service's database. Raises `StartError`."""
    async with open_mongo(url, service, MIGRATIONS) as database:
        leases = MongoLeases(database)
        yield ReceiptStore(MongoReceipts(database, leases), leases, AMONG_OTHERS, database.works)
