from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from support.index_paging_provider import IndexPagingProvider, index_paging_provider
from support.scim_client import Client, scim_client
from support.scim_services import serving_scim


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[Client]:
    async with serving_scim(tmp_path / "data") as base_uri, scim_client(base_uri) as client:
        yield client


@pytest.fixture
async def other() -> AsyncIterator[IndexPagingProvider]:
    async with index_paging_provider() as provider:
        yield provider
