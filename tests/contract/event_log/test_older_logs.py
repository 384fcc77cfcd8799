"""A log that the release before wrote opens with all that was in it."""

from pathlib import Path
from typing import Any

import pytest
from pymongo import AsyncMongoClient
from support.transmitter_events import NOW, a_stream, an_event

from servicekit.leases import always_held
from servicekit.sqlite import Database
from set_transmitter.adapters.mongo.schema import EVENTS
from set_transmitter.adapters.sqlite.schema import MIGRATIONS
from set_transmitter.adapters.sqlite.storage import open_sqlite
from set_transmitter.adapters.storage import Logbook
from set_transmitter.domain.events import Event

BEFORE_VALUES = 3
STREAM = a_stream()
ROW = f"""
    INSERT INTO event VALUES (1, 'default', 'delete', {NOW}, 'User', '/Users/ann', 'e-1', 'txn-1',
        {NOW}, 'aaaaaaaa', '["aaaaaaaa"]', '', 'W/"1-aaaaaaaa"', '[]', '', NULL, '')
"""  # noqa: S608  constants
DELETION = an_event(kind="delete", data=None, attributes=())


async def events(logbook: Logbook) -> list[Event]:
    await logbook.deliveries.open(STREAM)
    page = await logbook.deliveries.read(STREAM, after=0, limit=10)
    return [each.logged.event for each in page.pending]


async def test_a_file_of_before_there_were_values_of_before_and_after(tmp_path: Path) -> None:
    path = tmp_path / "set-transmitter.sqlite3"
    older = Database(path, MIGRATIONS[:BEFORE_VALUES])
    await older.write(lambda connection: connection.execute(ROW))
    await older.write(lambda connection: connection.execute("INSERT INTO log VALUES ('e', '', 1)"))
    await older.close()

    async with open_sqlite(path, restore_id="") as storage:
        logbook = await storage.open_log(always_held("transmitter"), epoch="another")
        assert await events(logbook) == [DELETION]


@pytest.mark.parametrize("logbook", ["mongodb"], indirect=True)
async def test_a_document_of_before_there_were_any(logbook: Logbook, mongo_url: str) -> None:
    await logbook.log.append([DELETION], feed_cursor="1")
    async with AsyncMongoClient[dict[str, Any]](mongo_url) as client:
        for name in await client.list_database_names():
            unset = {"$unset": {"state": "", "replaced": ""}}
            if name not in {"admin", "config", "local"}:
                await client[name][EVENTS].update_many({}, unset)

    assert await events(logbook) == [DELETION]
