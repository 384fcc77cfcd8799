"""A log of the version before is read on: its events have no subject, and nobody published."""

import sqlite3
from contextlib import closing
from pathlib import Path

from support.transmitter_events import NOW, a_stream, an_event, logged

from servicekit.leases import Held, always_held
from servicekit.mongo import MongoDatabase, open_mongo
from servicekit.mongo_leases import MongoLeases
from servicekit.sqlite import Database
from set_transmitter.adapters.mongo.schema import EVENTS, MIGRATIONS
from set_transmitter.adapters.mongo.storage import LEASE, MongoStorage
from set_transmitter.adapters.sqlite import schema
from set_transmitter.adapters.sqlite.rows import COLUMNS, row_of
from set_transmitter.adapters.sqlite.storage import open_sqlite
from set_transmitter.adapters.storage import Logbook
from set_transmitter.domain.publications import Fresh, parse_publication

STREAM = a_stream()


async def check(logbook: Logbook) -> None:
    event = {"sub_id": {"format": "opaque", "id": "a"}, "events": {"urn:example:own": {}}}
    publication = parse_publication("default", {**event, "txn": "t"}, Fresh(NOW, "fresh"))

    page = await logbook.deliveries.read(STREAM, after=0, limit=10)
    published = await logbook.log.publish([publication], at=NOW)

    assert [one.logged for one in page.pending] == [logged(1)]
    assert (await logbook.deliveries.open(STREAM)).pending == 1
    assert [getattr(one, "position", None) for one in published] == [2]


async def test_a_file_of_the_version_before(tmp_path: Path) -> None:
    path = tmp_path / "set-transmitter.sqlite3"
    await Database(path, schema.MIGRATIONS[:3]).close()
    columns = COLUMNS.removesuffix(", subject")
    values = row_of(logged(1))[:-1]
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("INSERT INTO log VALUES ('first-name', '1', 1)")
        marks = ", ".join("?" * len(values))
        insert = f"INSERT INTO event ({columns}) VALUES ({marks})"  # noqa: S608  ours
        connection.execute(insert, values)

    async with open_sqlite(path, restore_id="") as storage:
        await check(await storage.open_log(always_held("transmitter"), epoch="first-name"))


async def test_a_database_of_the_version_before(mongo_url: str) -> None:
    async with open_mongo(mongo_url, "log", MIGRATIONS[:1]) as opened:
        logbook = await opened_log(opened, "a")
        await logbook.log.append([an_event()], feed_cursor="1")
        absent = {"subject": "", "is_published": ""}
        await opened[EVENTS].update_many({}, {"$unset": absent})

    async with open_mongo(mongo_url, "log", MIGRATIONS) as opened:
        await check(await opened_log(opened, "a"))


async def opened_log(database: MongoDatabase, holder: str) -> Logbook:
    lease = await MongoLeases(database).acquire(LEASE, holder=holder, seconds=60)
    assert lease is not None
    storage = MongoStorage(database, holder=holder, restore_id="")
    return await storage.open_log(Held(lease), epoch="first-name")
