"""Where the brakes of tenants stand, and what they hold."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from pymongo import ASCENDING

from resource_store.adapters.mongo.brake_documents import held_of, state_document, state_of
from resource_store.adapters.mongo.closed_tenants import closed_among
from resource_store.adapters.mongo.collections import BRAKES, HELD_OPERATIONS
from resource_store.adapters.mongo.documents import at_once
from resource_store.adapters.mongo.faults import blamed, storage_failures
from resource_store.domain.brakes import BrakeState, released
from resource_store.domain.errors import TenantClosedError
from resource_store.domain.held_operations import HeldOperation
from resource_store.ports.brakes import Tally
from servicekit.mongo import MongoDatabase, Session

_ORDER: Final = [("_id.tenant", ASCENDING), ("_id.id", ASCENDING)]


class MongoBrakes:
    """Implements the port `Brakes` in the database of the resources."""

    def __init__(self, database: MongoDatabase) -> None:
        self._database = database
        self._brakes = database[BRAKES]
        self._held = database[HELD_OPERATIONS]

    async def state(self, tenant: str) -> BrakeState:
        """Return where a tenant's brake stands."""
        with storage_failures():
            return state_of(await self._brakes.find_one({"_id": tenant}))

    async def release(self, tenant: str, *, until: int, changes: int | None) -> BrakeState:
        """Let changes through."""

        async def release(session: Session) -> BrakeState:
            if await closed_among(self._database, {tenant}, session):
                raise TenantClosedError
            found = await self._brakes.find_one({"_id": tenant}, session=session)
            state = released(state_of(found), until=until, changes=changes)
            document = state_document(tenant, state)
            with blamed():
                await self._brakes.replace_one(
                    {"_id": tenant}, document, upsert=True, session=session
                )
            return state

        with storage_failures():
            return await self._database.transaction(release)

    async def held(self, tenant: str, after: str, *, limit: int) -> Sequence[HeldOperation]:
        """Return what is held, after an id."""
        return await self._found({"_id.tenant": tenant, "_id.id": {"$gt": after}}, limit=limit)

    async def find(self, tenant: str, ids: Collection[str]) -> Sequence[HeldOperation]:
        """Return what is held of these resources."""
        return await self._found(_of(tenant, ids), limit=0)

    async def forget(self, tenant: str, ids: Collection[str] | None) -> int:
        """Forget what is held."""
        with storage_failures():
            if ids is None:
                return (await self._held.delete_many({"_id.tenant": tenant})).deleted_count
            forgotten = 0
            for part in at_once(sorted(ids)):
                forgotten += (await self._held.delete_many(_of(tenant, part))).deleted_count
            return forgotten

    async def count(self, tenant: str) -> int:
        """Return how many operations are held."""
        with storage_failures():
            return await self._held.count_documents({"_id.tenant": tenant})

    async def tallies(self) -> Sequence[Tally]:
        """Return the numbers of each tenant."""
        with storage_failures():
            return [
                Tally(
                    document["_id"],
                    is_on=state_of(document).is_on,
                    held=await self._held.count_documents({"_id.tenant": document["_id"]}),
                )
                async for document in self._brakes.find({})
            ]

    async def _found(self, wanted: Mapping[str, Any], *, limit: int) -> Sequence[HeldOperation]:
        with storage_failures():
            found = self._held.find(wanted, sort=_ORDER, limit=limit)
            return [held_of(document) async for document in found]


def _of(tenant: str, ids: Collection[str]) -> dict[str, Any]:
    return {"_id.tenant": tenant, "_id.id": {"$in": sorted(ids)}}
