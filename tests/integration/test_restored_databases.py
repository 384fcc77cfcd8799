"""What each service does at the start after a restore: its positions get a new epoch, once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from support.store_driver import StoreDriver
from support.transmitter_events import NOW, a_stream, an_event

from resource_store.adapters.sqlite.storage import open_storage
from resource_store.domain.errors import EpochChangedError as FeedEpochChangedError
from resource_store.domain.resources import StoreIdentity
from servicekit.signals import News
from servicekit.sqlite import Database
from set_transmitter.adapters.sqlite_deliveries import SqliteDeliveries
from set_transmitter.adapters.sqlite_event_log import SqliteEventLog
from set_transmitter.adapters.sqlite_schema import MIGRATIONS as LOG_MIGRATIONS
from set_transmitter.domain.progress import Progress, StoredProgress
from ssf_registrar.adapters.sqlite_journal import SqliteJournal, begin_epoch
from ssf_registrar.adapters.sqlite_schema import MIGRATIONS as REGISTRAR_MIGRATIONS
from ssf_registrar.domain.errors import EpochChangedError
from ssf_registrar.domain.journal import Cursor

STREAM = a_stream()


@asynccontextmanager
async def store(folder: Path, *, epoch: str, restore_id: str) -> AsyncIterator[StoreDriver]:
    storage = await open_storage(
        folder / "resource-store.sqlite3",
        newborn=StoreIdentity(cluster=f"cluster-of-{epoch}", epoch=epoch),
        restore_id=restore_id,
        now=lambda: NOW,
        ending=asyncio.Event(),
    )
    yield StoreDriver(storage)
    await storage.close()


@asynccontextmanager
async def log_database(folder: Path, *, epoch: str, restore_id: str) -> AsyncIterator[Database]:
    database = Database(folder / "set-transmitter.sqlite3", LOG_MIGRATIONS)
    await SqliteEventLog(database).begin(epoch=epoch, restore_id=restore_id)
    yield database
    await database.close()


async def journal_end(folder: Path, *, restore_id: str, cursor: Cursor | None = None) -> Cursor:
    database = Database(folder / "ssf-registrar.sqlite3", REGISTRAR_MIGRATIONS)
    await begin_epoch(database, restore_id=restore_id)
    journal = SqliteJournal(database, News(), ending=asyncio.Event())
    try:
        return (await journal.read(cursor, limit=1, wait=0)).next_cursor
    finally:
        await database.close()


async def test_a_restored_feed_refuses_the_cursors_of_before(tmp_path: Path) -> None:
    async with store(tmp_path, epoch="first", restore_id="") as before:
        ada = await before.user("ada")
        cursor, cluster = await before.end(), before.storage.identity.cluster

    async with store(tmp_path, epoch="second", restore_id="r1") as after:
        with pytest.raises(FeedEpochChangedError):
            await after.changes(cursor)
        told = await after.changes()

    assert [change.ref for change in told] == [ada.ref]
    assert after.storage.identity == StoreIdentity(cluster=cluster, epoch="second")


async def test_a_restored_feed_keeps_its_new_epoch(tmp_path: Path) -> None:
    async with store(tmp_path, epoch="first", restore_id="r1"):
        pass
    async with store(tmp_path, epoch="second", restore_id="r2") as restored:
        cursor = await restored.end()

    async with store(tmp_path, epoch="third", restore_id="r2") as again:
        assert await again.changes(cursor) == []


async def test_a_restored_log_has_another_name_and_the_same_end(tmp_path: Path) -> None:
    async with log_database(tmp_path, epoch="first", restore_id="") as database:
        await SqliteEventLog(database).append([an_event(), an_event()], feed_cursor="7")

    async with log_database(tmp_path, epoch="second", restore_id="r1") as database:
        log = SqliteEventLog(database)
        restored = (await log.epoch(), await log.end(), await log.feed_cursor())
    async with log_database(tmp_path, epoch="third", restore_id="r1") as database:
        again = await SqliteEventLog(database).epoch()

    assert restored == ("second", 2, "7")
    assert again == "second"


async def test_what_a_restored_log_has_not_settled_is_signed_again(tmp_path: Path) -> None:
    async with log_database(tmp_path, epoch="first", restore_id="") as database:
        deliveries = SqliteDeliveries(database)
        await SqliteEventLog(database).append([an_event()] * 3, feed_cursor="3")
        await deliveries.open(STREAM)
        await deliveries.keep(STREAM.stream_id, {1: "unsettled", 2: "settled"})
        await deliveries.record([Progress(STREAM.stream_id, 0, (2,), ())])

    async with log_database(tmp_path, epoch="second", restore_id="r1") as database:
        deliveries = SqliteDeliveries(database)
        page = await deliveries.read(STREAM, after=0, limit=10)
        progress = await deliveries.open(STREAM)

    assert [(pending.position, pending.jwt) for pending in page.pending] == [(1, None), (3, None)]
    assert progress == StoredProgress(0, acknowledged=1, dead_letters=0, pending=2, end=3)


async def test_a_restored_journal_refuses_the_cursors_of_before(tmp_path: Path) -> None:
    before = await journal_end(tmp_path, restore_id="")
    after = await journal_end(tmp_path, restore_id="r1")

    with pytest.raises(EpochChangedError):
        await journal_end(tmp_path, restore_id="r1", cursor=before)
    assert await journal_end(tmp_path, restore_id="r1", cursor=after) == after
    assert after.position == before.position
