"""What each service does at the start after a restore: its positions get a new epoch, once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest
from support.registrar_storage import mongo_storage, sqlite_storage
from support.store_driver import StoreDriver
from support.stores import StorePlace, opened
from support.transmitter_events import NOW, a_stream, an_event

from resource_store.domain.errors import EpochChangedError as FeedEpochChangedError
from resource_store.domain.resources import StoreIdentity
from servicekit.sqlite import Database
from set_transmitter.adapters.sqlite.deliveries import SqliteDeliveries
from set_transmitter.adapters.sqlite.event_log import SqliteEventLog
from set_transmitter.adapters.sqlite.schema import MIGRATIONS as LOG_MIGRATIONS
from set_transmitter.domain.progress import Progress, StoredProgress
from ssf_registrar.adapters.storage import Storage
from ssf_registrar.domain.errors import EpochChangedError

STREAM = a_stream()


@pytest.fixture(params=["sqlite", "mongodb"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> StorePlace:
    if request.param == "sqlite":
        return StorePlace(folder=tmp_path, mongo_url=None)
    return StorePlace(folder=None, mongo_url=request.getfixturevalue("mongo_url"))


def store(
    place: StorePlace, *, epoch: str, restore_id: str
) -> AbstractAsyncContextManager[StoreDriver]:
    return opened(
        place,
        StoreIdentity(cluster=f"cluster-of-{epoch}", epoch=epoch),
        restore_id=restore_id,
        now=lambda: NOW,
        ending=asyncio.Event(),
    )


def registrar(place: StorePlace, *, restore_id: str) -> AbstractAsyncContextManager[Storage]:
    if place.mongo_url is not None:
        return mongo_storage(place.mongo_url, restore_id=restore_id)
    assert place.folder is not None
    return sqlite_storage(place.folder, restore_id=restore_id)


@asynccontextmanager
async def log_database(folder: Path, *, epoch: str, restore_id: str) -> AsyncIterator[Database]:
    database = Database(folder / "set-transmitter.sqlite3", LOG_MIGRATIONS)
    await SqliteEventLog(database).begin(epoch=epoch, restore_id=restore_id)
    yield database
    await database.close()


async def test_a_restored_feed_refuses_the_cursors_of_before(place: StorePlace) -> None:
    async with store(place, epoch="first", restore_id="") as before:
        ada = await before.user("ada")
        cursor, cluster = await before.end(), before.storage.identity.cluster

    async with store(place, epoch="second", restore_id="r1") as after:
        with pytest.raises(FeedEpochChangedError):
            await after.changes(cursor)
        told = await after.changes()

    assert [change.ref for change in told] == [ada.ref]
    assert after.storage.identity == StoreIdentity(cluster=cluster, epoch="second")


async def test_a_restored_feed_keeps_its_new_epoch(place: StorePlace) -> None:
    async with store(place, epoch="first", restore_id="r1"):
        pass
    async with store(place, epoch="second", restore_id="r2") as restored:
        cursor = await restored.end()

    async with store(place, epoch="third", restore_id="r2") as again:
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


async def test_a_restored_journal_refuses_the_cursors_of_before_once(place: StorePlace) -> None:
    async with registrar(place, restore_id="") as first:
        before = (await first.journal.read(None, limit=1, wait=0)).next_cursor
    async with registrar(place, restore_id="r1") as restored:
        with pytest.raises(EpochChangedError):
            await restored.journal.read(before, limit=1, wait=0)
        after = (await restored.journal.read(None, limit=1, wait=0)).next_cursor

    async with registrar(place, restore_id="r1") as again:
        page = await again.journal.read(after, limit=1, wait=0)

    assert page.next_cursor == after
    assert after.position == before.position
