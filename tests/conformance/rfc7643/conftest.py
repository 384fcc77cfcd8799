"""The services that SCIM needs, with resource types of their operator's own."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from support.custom_schemas import BADGES, DEVICES, written
from support.scim_client import Client, scim_client
from support.scim_services import serving_scim


@pytest.fixture
async def devices(tmp_path: Path) -> AsyncIterator[Client]:
    """Serve Devices, which may have a warranty."""
    schemas = written(tmp_path / "schemas", *DEVICES)
    async with (
        serving_scim(tmp_path / "data", schemas=schemas) as base_uri,
        scim_client(base_uri) as client,
    ):
        yield client


@pytest.fixture
async def badges(tmp_path: Path) -> AsyncIterator[Client]:
    """Serve Users, each of whom must have a badge."""
    schemas = written(tmp_path / "schemas", *BADGES)
    async with (
        serving_scim(tmp_path / "data", schemas=schemas) as base_uri,
        scim_client(base_uri) as client,
    ):
        yield client
