"""What is known of receive streams, in the database of the receipts: a document each."""

from collections.abc import Mapping
from contextlib import suppress

from pymongo.errors import DuplicateKeyError

from servicekit.mongo import Document, MongoDatabase, storage_errors
from set_receiver.adapters.mongo.purging import closed_among, of_tenant
from set_receiver.adapters.mongo.schema import STREAM_STATES
from set_receiver.domain.stream_states import MOST_ASKED, RemoteStatus


class MongoStreamStates:
    """Implements the port `StreamStates`."""

    def __init__(self, database: MongoDatabase) -> None:
        self._database = database
        self._states = database[STREAM_STATES]

    async def ask(self, tenant: str, stream_id: str, state: str) -> None:
        """Remember a state, and forget the oldest."""
        last = {"$each": [state], "$slice": -MOST_ASKED}
        with storage_errors():
            await self._states.update_one(
                {"_id": _id(tenant, stream_id)}, {"$push": {"asked": last}}, upsert=True
            )

    async def asked(self, tenant: str, stream_id: str) -> frozenset[str]:
        """Return the states of a stream."""
        with storage_errors():
            found = await self._states.find_one({"_id": _id(tenant, stream_id)}, {"asked": 1})
        return frozenset((found or {}).get("asked", ()))

    async def note_status(self, tenant: str, stream_id: str, status: RemoteStatus) -> None:
        """Keep a status that is not older than the one kept."""
        told = {"status": status.status, "reason": status.reason, "told": status.told}
        not_later = {"_id": _id(tenant, stream_id), "told": {"$not": {"$gt": status.told}}}
        with storage_errors():
            if await closed_among(self._database, [tenant]):
                return
            # one that has a later status is not matched, and so cannot be made anew
            with suppress(DuplicateKeyError):
                await self._states.update_one(not_later, {"$set": told}, upsert=True)

    async def statuses(self, tenant: str) -> Mapping[str, RemoteStatus]:
        """Return the statuses of a tenant's streams."""
        with storage_errors():
            found = await self._states.find({**of_tenant(tenant), "status": {"$gt": ""}}).to_list()
        return {
            document["_id"]["stream_id"]: RemoteStatus(
                document["status"], document["reason"], document["told"]
            )
            for document in found
        }


def _id(tenant: str, stream_id: str) -> Document:
    return {"tenant": tenant, "stream_id": stream_id}
