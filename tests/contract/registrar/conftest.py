"""The storage ports of ssf-registrar, once for each adapter that implements them."""

from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path

import pytest
from support.registrar_storage import (
    documents_at_rest,
    files_at_rest,
    mongo_replica,
    sqlite_storage,
)

from ssf_registrar.adapters.storage import Storage
from ssf_registrar.ports.journal import Journal
from ssf_registrar.ports.keys import Keys
from ssf_registrar.ports.streams import Streams
from ssf_registrar.ports.tenants import Tenants
from ssf_registrar.ports.tokens import Tokens


@pytest.fixture(params=["sqlite", "mongodb"])
def store(request: pytest.FixtureRequest) -> str:
    kind: str = request.param
    return kind


@pytest.fixture
async def storage(
    store: str, request: pytest.FixtureRequest, tmp_path: Path
) -> AsyncIterator[Storage]:
    if store == "sqlite":
        opened = sqlite_storage(tmp_path)
    else:
        opened = mongo_replica(request.getfixturevalue("mongo_url"))
    async with opened as storage:
        yield storage


@pytest.fixture
def streams(storage: Storage) -> Streams:
    return storage.streams


@pytest.fixture
def journal(storage: Storage) -> Journal:
    return storage.journal


@pytest.fixture
def keys(storage: Storage) -> Keys:
    return storage.keys


@pytest.fixture
def tenants(storage: Storage) -> Tenants:
    return storage.tenants


@pytest.fixture
def tokens(storage: Storage) -> Tokens:
    return storage.tokens


@pytest.fixture
def at_rest(store: str, request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], bytes]:
    """Give all that is stored, to look for what must not be there."""
    if store == "sqlite":
        return partial(files_at_rest, tmp_path)
    return partial(documents_at_rest, request.getfixturevalue("mongo_url"))
