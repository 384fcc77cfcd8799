"""The storage ports of ssf-registrar, once for each adapter that implements them."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from servicekit.signals import News
from servicekit.sqlite import Database
from ssf_registrar.adapters.sealing import AesGcmSealer
from ssf_registrar.adapters.sqlite_journal import SqliteJournal
from ssf_registrar.adapters.sqlite_keys import SqliteKeys
from ssf_registrar.adapters.sqlite_schema import MIGRATIONS
from ssf_registrar.adapters.sqlite_streams import SqliteStreams
from ssf_registrar.adapters.sqlite_tokens import SqliteTokens
from ssf_registrar.ports.journal import Journal
from ssf_registrar.ports.keys import Keys
from ssf_registrar.ports.streams import Streams
from ssf_registrar.ports.tokens import Tokens


@dataclass(frozen=True, slots=True)
class Storage:
    streams: Streams
    journal: Journal
    keys: Keys
    tokens: Tokens
    at_rest: Callable[[], bytes]
    """Gives all that is in its files, to look for what must not be there."""


@pytest.fixture(params=["sqlite"])
async def storage(tmp_path: Path) -> AsyncIterator[Storage]:
    database = Database(tmp_path / "registrar.sqlite3", MIGRATIONS)
    sealer, news = AesGcmSealer(bytes(32)), News()
    yield Storage(
        SqliteStreams(database, sealer, news),
        SqliteJournal(database, news, ending=asyncio.Event()),
        SqliteKeys(database, sealer, news),
        SqliteTokens(database, news),
        lambda: b"".join(path.read_bytes() for path in tmp_path.iterdir()),
    )
    await database.close()


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
def tokens(storage: Storage) -> Tokens:
    return storage.tokens


@pytest.fixture
def at_rest(storage: Storage) -> Callable[[], bytes]:
    return storage.at_rest
