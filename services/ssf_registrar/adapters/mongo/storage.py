"""The registrar's state in a database of a MongoDB replica set."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from servicekit.failures import StartError
from servicekit.mongo import open_mongo
from servicekit.mongo_watch import publish_writes
from servicekit.signals import News
from ssf_registrar.adapters.master_key import given_master_key
from ssf_registrar.adapters.mongo.activity import MongoActivity
from ssf_registrar.adapters.mongo.changes import Changes
from ssf_registrar.adapters.mongo.first_run import first_run
from ssf_registrar.adapters.mongo.journal import INSERTIONS, mongo_journal
from ssf_registrar.adapters.mongo.keys import MongoKeys
from ssf_registrar.adapters.mongo.schema import MIGRATIONS
from ssf_registrar.adapters.mongo.streams import MongoStreams
from ssf_registrar.adapters.mongo.tenants import MongoTenants
from ssf_registrar.adapters.mongo.tokens import MongoTokens
from ssf_registrar.adapters.sealing import AesGcmSealer
from ssf_registrar.adapters.storage import Storage
from ssf_registrar.adapters.unlocking import check_opens


@asynccontextmanager
async def open_mongo_storage(
    url: str, *, given_key: str | None, restore_id: str, ending: asyncio.Event
) -> AsyncIterator[Storage]:
    """Open the database, and close it in the end; any number of replicas may share it.

    Raises `StartError`, also when the master key is missing (each replica would make another), or
    is not the one of the replica that was first.
    """
    sealer = AesGcmSealer(_master_key(given_key))
    async with open_mongo(url, "ssf-registrar", MIGRATIONS) as database:
        sealed = await first_run(database, sealer, restore_id=restore_id)
        check_opens(sealer, *sealed, source="HELIOGRAPH_MASTER_KEY")
        news = News()
        changes = Changes(database, news)
        yield Storage(
            MongoStreams(database, sealer, changes),
            mongo_journal(database, news, ending=ending),
            MongoKeys(database, sealer, changes),
            MongoTokens(database, changes),
            MongoTenants(database, sealer, changes),
            MongoActivity(database, changes),
            news,
            works=database.works,
            loops={
                "journal.watch": lambda: publish_writes(
                    database["journal"], news, pipeline=INSERTIONS
                )
            },
        )


def _master_key(given: str | None) -> bytes:
    if given is None:
        raise StartError(
            "HELIOGRAPH_MASTER_KEY is not set, and with MongoDB no key is made: set it to the same"
            " 32 bytes in base64 for all replicas, e.g. from: openssl rand -base64 32"
        )
    return given_master_key(given)
