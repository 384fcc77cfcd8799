"""The registrar's state in one SQLite file."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from servicekit.signals import News
from servicekit.sqlite import Database
from ssf_registrar.adapters.sqlite.activity import SqliteActivity
from ssf_registrar.adapters.sqlite.journal import begin_epoch, sqlite_journal
from ssf_registrar.adapters.sqlite.keys import SqliteKeys, first_sealed_key
from ssf_registrar.adapters.sqlite.schema import MIGRATIONS, answers
from ssf_registrar.adapters.sqlite.streams import SqliteStreams
from ssf_registrar.adapters.sqlite.tenants import SqliteTenants
from ssf_registrar.adapters.sqlite.tokens import SqliteTokens
from ssf_registrar.adapters.storage import Storage
from ssf_registrar.adapters.unlocking import unlock


@asynccontextmanager
async def open_sqlite_storage(
    path: Path, *, given_key: str | None, key_path: Path, restore_id: str, ending: asyncio.Event
) -> AsyncIterator[Storage]:
    """Open the file, and close it in the end. Raises `StartError` (see `unlock` for the keys)."""
    database = Database(path, MIGRATIONS)
    try:
        sealed = await first_sealed_key(database)
        sealer = unlock(sealed, given=given_key, path=key_path)
        await begin_epoch(database, restore_id=restore_id)
        news = News()
        yield Storage(
            SqliteStreams(database, sealer, news),
            sqlite_journal(database, news, ending=ending),
            SqliteKeys(database, sealer, news),
            SqliteTokens(database, news),
            SqliteTenants(database, sealer, news),
            SqliteActivity(database, news),
            news,
            works=lambda: answers(database),
        )
    finally:
        await database.close()
