"""The services that SCIM needs, over which pages are asked for as any client asks."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from support.scim_client import Client, scim_client
from support.scim_services import serving_scim


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[Client]:
    """Five users who are active, and one who is not."""
    async with serving_scim(tmp_path / "data") as base_uri, scim_client(base_uri) as client:
        for number in range(5):
            await client.create("/Users", userName=f"user-{number}", active=True)
        await client.create("/Users", userName="gone", active=False)
        yield client
