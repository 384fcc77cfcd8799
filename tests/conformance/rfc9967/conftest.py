"""Fixtures of the folder."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from support.async_requests import AsyncClient, async_client


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def client(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[AsyncClient]:
    async with async_client(tmp_path_factory.mktemp("data")) as client:
        yield client
