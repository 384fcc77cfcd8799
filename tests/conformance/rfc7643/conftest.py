"""Clients of services that have resource types of their operator's own."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from support.custom_schemas import BADGES, DEVICES, written
from support.scim_client import Client
from support.scim_tenants import Provider, serving_tenants


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def provider_of_devices(
    store_url: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Provider]:
    place = tmp_path_factory.mktemp("devices")
    schemas = written(place / "schemas", *DEVICES)
    async with serving_tenants(place / "data", store=store_url, schemas=schemas) as provider:
        yield provider


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def provider_of_badges(
    store_url: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Provider]:
    place = tmp_path_factory.mktemp("badges")
    schemas = written(place / "schemas", *BADGES)
    async with serving_tenants(place / "data", store=store_url, schemas=schemas) as provider:
        yield provider


@pytest_asyncio.fixture(loop_scope="module")
async def devices(provider_of_devices: Provider) -> AsyncIterator[Client]:
    """Serve Devices, which may have a warranty."""
    async with provider_of_devices.new_client() as client:
        yield client


@pytest_asyncio.fixture(loop_scope="module")
async def badges(provider_of_badges: Provider) -> AsyncIterator[Client]:
    """Serve Users, each of whom must have a badge."""
    async with provider_of_badges.new_client() as client:
        yield client
