"""The data folder of a cluster that does not run, with something in each of its databases."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

from support.store_driver import StoreDriver
from support.transmitter_events import NOW, an_event

from resource_store.adapters.sqlite.storage import open_storage
from resource_store.domain.resources import Resource, StoreIdentity
from scim.registry import standard_registry
from servicekit.sqlite import Database
from servicekit.stores import SqliteFolder
from set_receiver.adapters.sqlite.receipts import SqliteReceipts
from set_receiver.adapters.sqlite.schema import MIGRATIONS as RECEIPT_MIGRATIONS
from set_receiver.domain.receipts import Arrival, ReceiptState, settled
from set_transmitter.adapters.sqlite.event_log import SqliteEventLog
from set_transmitter.adapters.sqlite.schema import MIGRATIONS as LOG_MIGRATIONS
from ssf_registrar.adapters.sqlite.storage import open_sqlite_storage

CLUSTER = "here2345"


@dataclass(frozen=True, slots=True)
class ClusterData:
    """What was put into a data folder."""

    folder: Path
    ada: Resource
    feed_end: str


async def make_cluster_data(folder: Path) -> ClusterData:
    """Make the data of a cluster in which a person was created, told of, and received back."""
    (folder / "logs").mkdir(parents=True)
    ada, feed_end = await _fill_store(folder)
    await log_events(folder, feed_cursor=feed_end)
    await receive(folder, ada.ref.id, clock=ada.origin.clock)
    await _fill_registrar(folder)
    (folder / "secrets" / "admin-token").write_text("a token\n")
    return ClusterData(folder, ada, feed_end)


async def log_events(folder: Path, *, feed_cursor: str) -> None:
    """Let the event log have taken in an event, and the feed up to a cursor."""
    database = Database(SqliteFolder(folder).file_of("set-transmitter"), LOG_MIGRATIONS)
    log = SqliteEventLog(database)
    await log.begin(epoch="logepoch", restore_id="")
    await log.append([an_event()], feed_cursor=feed_cursor)
    await database.close()


async def receive(folder: Path, resource_id: str, *, clock: int) -> None:
    """Let an event about a resource have been received and applied."""
    arrival = Arrival(
        tenant="default",
        stream_id="stream-a",
        iss="https://a.example",
        jti=f"jti-{clock}",
        token="header.payload.signature",
        txn="txn-1",
        event_type="urn:ietf:params:scim:event:prov:create:full",
        subject_uri=f"/Users/{resource_id}",
        origin_clock=clock,
        received=NOW,
        traceparent="",
    )
    database = Database(SqliteFolder(folder).file_of("set-receiver"), RECEIPT_MIGRATIONS)
    receipts = SqliteReceipts(database)
    await receipts.add([arrival])
    (pending,) = await receipts.pending(after=0, limit=1)
    applied = settled(ReceiptState.APPLIED, "", now=NOW)
    await receipts.record({pending.position: applied}, fence=1)
    await database.close()


async def _fill_store(folder: Path) -> tuple[Resource, str]:
    storage = await open_storage(
        SqliteFolder(folder).file_of("resource-store"),
        standard_registry(),
        newborn=StoreIdentity(CLUSTER, "feedepoch"),
        restore_id="",
        now=lambda: NOW,
        ending=asyncio.Event(),
    )
    store = StoreDriver(storage, storage)
    ada = await store.user("ada")
    end = await store.end()
    await storage.close()
    return ada, end


async def _fill_registrar(folder: Path) -> None:
    storage = open_sqlite_storage(
        SqliteFolder(folder).file_of("ssf-registrar"),
        given_key=None,
        key_path=folder / "secrets" / "master-key",
        restore_id="",
        ending=asyncio.Event(),
    )
    async with storage as opened:
        private = {"kid": "k1", "alg": "ES256", "kty": "EC", "d": "private"}
        await opened.keys.add_first("default", private)
