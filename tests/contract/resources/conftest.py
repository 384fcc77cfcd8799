"""The storages that the suite of the port holds for."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from support.store_driver import StoreDriver
from support.stores import StorePlace, opened

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


@pytest.fixture(params=["sqlite", "mongodb"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> StorePlace:
    if request.param == "sqlite":
        return StorePlace(folder=tmp_path, mongo_url=None)
    return StorePlace(folder=None, mongo_url=request.getfixturevalue("mongo_url"))


@pytest.fixture
async def store(place: StorePlace, time: Time, ending: asyncio.Event) -> AsyncIterator[StoreDriver]:
    newborn = StoreIdentity(cluster="here2345", epoch="firstepoch")
    async with opened(place, newborn, now=time, ending=ending) as driver:
        yield driver
