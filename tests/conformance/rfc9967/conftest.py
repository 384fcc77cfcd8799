"""Fixtures of the folder."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from support.async_requests import AsyncClient, async_client


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def client(
    store_url: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[AsyncClient]:
    async with async_client(tmp_path_factory.mktemp("data"), store=store_url) as client:
        yield client
