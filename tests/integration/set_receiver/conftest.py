import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import aiohttp
import pytest
from support.in_process import free_port
from support.received_sets import Issuer
from support.receiver_peers import (
    FakeChangeStore,
    FakeStreams,
    remote_transmitter,
    serving_changes,
    serving_streams,
)
from support.receiver_service import Receiver, push_stream

from set_receiver.settings import Settings


@pytest.fixture
def store(request: pytest.FixtureRequest) -> str:
    """Give HELIOGRAPH_STORE: the embedded store, unless a module has itself run on both."""
    name = getattr(request, "param", "sqlite")
    return "sqlite:" if name == "sqlite" else str(request.getfixturevalue("mongo_url"))


@pytest.fixture
async def stopped(tmp_path: Path, store: str) -> AsyncIterator[Receiver]:
    """Give the receiver's peers, before it runs."""
    settings = Settings(data=tmp_path, port=free_port() - 3, store=store)
    streams, changes = FakeStreams(), FakeChangeStore()
    async with AsyncExitStack() as peers:
        remote = await peers.enter_async_context(remote_transmitter(Issuer()))
        await peers.enter_async_context(serving_streams(settings, streams))
        await peers.enter_async_context(serving_changes(settings, changes))
        session = await peers.enter_async_context(aiohttp.ClientSession())
        streams.put(push_stream(remote))
        yield Receiver(settings, session, streams, changes, remote)


@pytest.fixture
async def receiver(stopped: Receiver) -> AsyncIterator[Receiver]:
    async with stopped.running():
        await asyncio.wait_for(stopped.streams.following.wait(), 10)
        yield stopped
