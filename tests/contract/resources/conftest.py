"""The storages that the suite of the port holds for."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from support.store_driver import StoreDriver

from resource_store.adapters.sqlite.storage import open_storage
from resource_store.domain.resources import StoreIdentity

NOON = 1_800_000_000_000_000


@dataclass
class Time:
    """The time as a test sets it, in microseconds."""

    now: int = NOON

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def ending() -> asyncio.Event:
    return asyncio.Event()


@pytest.fixture(params=["sqlite"])
async def store(
    request: pytest.FixtureRequest, tmp_path: Path, time: Time, ending: asyncio.Event
) -> AsyncIterator[StoreDriver]:
    assert request.param == "sqlite"
    newborn = StoreIdentity(cluster="here2345", epoch="firstepoch")
    storage = await open_storage(
        tmp_path / "store.sqlite3", newborn=newborn, restore_id="", now=time, ending=ending
    )
    yield StoreDriver(storage)
    await storage.close()
