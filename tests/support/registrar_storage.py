"""ssf-registrar's state on either store, and all that is at rest of it."""

import asyncio
import base64
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import bson
from pymongo import MongoClient
from pymongo.uri_parser import parse_uri

from ssf_registrar.adapters.mongo.storage import open_mongo_storage
from ssf_registrar.adapters.sqlite.storage import open_sqlite_storage
from ssf_registrar.adapters.storage import Storage

MASTER_KEY = base64.urlsafe_b64encode(bytes(32)).decode()
DATABASE = "ssf-registrar"


def sqlite_storage(folder: Path, *, restore_id: str = "") -> AbstractAsyncContextManager[Storage]:
    """Open the state in a folder."""
    return open_sqlite_storage(
        folder / "registrar.sqlite3",
        given_key=MASTER_KEY,
        key_path=folder / "master-key",
        restore_id=restore_id,
        ending=asyncio.Event(),
    )


def mongo_storage(
    url: str, *, master_key: str | None = MASTER_KEY, restore_id: str = ""
) -> AbstractAsyncContextManager[Storage]:
    """Open the state in a database, as a replica does that runs none of the loops."""
    return open_mongo_storage(
        url, given_key=master_key, restore_id=restore_id, ending=asyncio.Event()
    )


@asynccontextmanager
async def mongo_replica(url: str) -> AsyncIterator[Storage]:
    """Open the state in a database, and run the loops."""
    async with mongo_storage(url) as storage:
        loops = [asyncio.ensure_future(run()) for run in storage.loops.values()]
        try:
            yield storage
        finally:
            for loop in loops:
                loop.cancel()
            await asyncio.gather(*loops, return_exceptions=True)


def files_at_rest(folder: Path) -> bytes:
    """Return all that is in a folder's files."""
    return b"".join(path.read_bytes() for path in folder.iterdir())


def documents_at_rest(url: str) -> bytes:
    """Return every document of the registrar's database."""
    return b"".join(map(bson.encode, _documents(url)))


def _documents(url: str) -> Iterator[dict[str, object]]:
    with MongoClient[dict[str, object]](url) as client:
        database = client[f"{parse_uri(url)['database']}-{DATABASE}"]
        for name in database.list_collection_names():
            yield from database[name].find()
