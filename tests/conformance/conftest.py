"""SCIM over either store: services for the tests of a module, and a tenant for each of them."""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from support.mongo import fresh_databases
from support.scim_client import Client
from support.scim_tenants import Provider, serving_tenants


@pytest.fixture(scope="module", params=["sqlite", "mongodb"])
def store_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """Give the URL of one store after the other, with nothing in it."""
    if request.param == "sqlite":
        yield "sqlite:"
        return
    with fresh_databases(request.getfixturevalue("mongod")) as url:
        yield url


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def provider(
    store_url: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Provider]:
    async with serving_tenants(tmp_path_factory.mktemp("data"), store=store_url) as provider:
        yield provider


@pytest.fixture
def profile() -> str:
    return "tolerant"


@pytest_asyncio.fixture(loop_scope="module")
async def client(provider: Provider, profile: str) -> AsyncIterator[Client]:
    async with provider.new_client(profile=profile) as client:
        yield client
