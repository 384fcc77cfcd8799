"""The event log in MongoDB, shared by replicas of which one is active."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from servicekit.leases import Held, Work, lead
from servicekit.mongo import MongoDatabase, open_mongo
from servicekit.mongo_leases import MongoLeases
from set_transmitter.adapters.mongo.dead_letters import MongoDeadLetters
from set_transmitter.adapters.mongo.deliveries import MongoDeliveries
from set_transmitter.adapters.mongo.erasing import MongoErasing
from set_transmitter.adapters.mongo.event_log import MongoEventLog
from set_transmitter.adapters.mongo.fenced import FencedWrites
from set_transmitter.adapters.mongo.logged_events import MongoLoggedEvents
from set_transmitter.adapters.mongo.resets import MongoResets
from set_transmitter.adapters.mongo.retention import MongoRetention
from set_transmitter.adapters.mongo.schema import MIGRATIONS
from set_transmitter.adapters.mongo.snapshots import MongoSnapshots
from set_transmitter.adapters.mongo.stream_events import MongoStreamEvents
from set_transmitter.adapters.mongo.tenant_records import MongoTenantRecords
from set_transmitter.adapters.storage import Logbook, Storage

LEASE: Final = "transmitter"
_LEASE_SECONDS: Final = 5.0


class MongoStorage:
    """A database, and the lease by which one replica at a time writes to it."""

    is_shared = True

    def __init__(self, database: MongoDatabase, *, holder: str, restore_id: str) -> None:
        self._database = database
        self._restore_id = restore_id
        self._leases = MongoLeases(database)
        self._holder = holder

    async def open_log(self, held: Held, *, epoch: str) -> Logbook:
        """Return the log and its deliveries; what is written later checks the lease."""
        write = FencedWrites(self._database, self._leases, held)
        log = MongoEventLog(self._database, write)
        await log.begin(epoch=epoch, restore_id=self._restore_id)
        deliveries = MongoDeliveries(self._database, write)
        erasing = MongoErasing(self._database, write, forget=deliveries.forget_shared)
        snapshots = MongoSnapshots(self._database, write)
        records = MongoTenantRecords(self._database, write)
        return Logbook(
            log,
            deliveries,
            snapshots,
            erasing,
            records,
            stream_events=MongoStreamEvents(self._database, write),
            dead_letters=MongoDeadLetters(self._database, write),
            resets=MongoResets(self._database, write, snapshots),
            retention=MongoRetention(self._database, write),
            logged_events=MongoLoggedEvents(self._database),
        )

    async def lead(self, work: Work) -> None:
        """Do the work while this replica has the lease."""
        await lead(self._leases, LEASE, holder=self._holder, seconds=_LEASE_SECONDS, work=work)

    async def works(self) -> bool:
        """Whether the replica set answers."""
        return await self._database.works()


@asynccontextmanager
async def open_mongodb(
    url: str, service: str, *, holder: str, restore_id: str
) -> AsyncIterator[Storage]:
    """Open the database while the context lasts; `holder` names this process.

    `restore_id` names the last restore. Raises `StartError`.
    """
    async with open_mongo(url, service, MIGRATIONS) as database:
        yield MongoStorage(database, holder=holder, restore_id=restore_id)
