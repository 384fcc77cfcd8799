"""Fixtures of services that run on either store, and of one transmitter for all tests of a file."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from support.registrar_storage import MASTER_KEY
from support.scripted_receiver import Receiver, scripted_receiver
from support.transmitter_cluster import Cluster, running_cluster


@pytest.fixture(params=["sqlite", "mongodb"])
def store_settings(request: pytest.FixtureRequest) -> dict[str, str]:
    """Give what makes a service keep its state in the one store and in the other."""
    if request.param == "sqlite":
        return {}
    return {"store": request.getfixturevalue("mongo_url"), "master_key": MASTER_KEY}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Cluster]:
    async with running_cluster(tmp_path_factory.mktemp("data")) as cluster:
        yield cluster


@pytest_asyncio.fixture(loop_scope="module")
async def cluster(running: Cluster) -> AsyncIterator[Cluster]:
    """Give the file's cluster, and delete its streams after each test."""
    yield running
    await running.delete_streams()


@pytest_asyncio.fixture(loop_scope="module")
async def receiver() -> AsyncIterator[Receiver]:
    async with scripted_receiver() as receiver:
        yield receiver
