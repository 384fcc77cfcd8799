"""The services that SCIM needs, as an operator sets them up for one client."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from support.scim_client import Client, scim_client
from support.scim_services import serving_scim


@pytest.fixture
async def client(tmp_path: Path, profile: str) -> AsyncIterator[Client]:
    async with (
        serving_scim(tmp_path / "data", profile=profile) as base_uri,
        scim_client(base_uri) as client,
    ):
        yield client
