"""The places that keep receipts."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from support.memory_receipts import (
    MemoryLinks,
    MemoryReceiptPurging,
    MemoryReceipts,
    MemoryStreamStates,
)

from servicekit.lone_leases import LoneLeases
from servicekit.signals import News
from set_receiver.adapters.mongo.store import open_mongo_store
from set_receiver.adapters.receipt_store import ReceiptStore
from set_receiver.adapters.sqlite.store import open_sqlite
from set_receiver.domain.looks import ALONE
from set_receiver.domain.receipts import APPLYING
from set_receiver.ports.links import Links
from set_receiver.ports.receipts import Receipts


@pytest.fixture(params=["sqlite", "mongodb", "memory"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[ReceiptStore]:
    match request.param:
        case "sqlite":
            async with open_sqlite(tmp_path / "set-receiver.sqlite3") as opened:
                yield opened
        case "mongodb":
            url = request.getfixturevalue("mongo_url")
            async with open_mongo_store(url, "set-receiver") as opened:
                yield opened
        case _:
            purging = MemoryReceiptPurging()
            yield ReceiptStore(
                MemoryReceipts(),
                purging,
                MemoryStreamStates(),
                MemoryLinks(),
                LoneLeases(),
                ALONE,
                works,
                hear_of_nobody,
            )


async def works() -> bool:
    return True


async def hear_of_nobody(_news: News) -> None:
    raise NotImplementedError


@pytest.fixture
def receipts(store: ReceiptStore) -> Receipts:
    return store.receipts


@pytest.fixture
def links(store: ReceiptStore) -> Links:
    return store.links


@pytest.fixture
async def fence(store: ReceiptStore) -> int:
    """Give the fence of the lease to apply."""
    lease = await store.leases.acquire(APPLYING, holder="this test", seconds=60)
    assert lease is not None
    return lease.fence
