"""Erasing what is left of resources, and the reports of that."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from bson import Binary
from pymongo import ASCENDING, DESCENDING

from resource_store.adapters.mongo.closed_tenants import closed_among
from resource_store.adapters.mongo.collections import (
    ASYNC_REQUESTS,
    DELETED,
    ERASURES,
    RESOURCES,
    TOMBSTONES,
)
from resource_store.adapters.mongo.documents import address_document, ref_of
from resource_store.adapters.mongo.faults import storage_failures
from resource_store.adapters.mongo.feed import CHANGES
from resource_store.domain.erasures import Erasure
from resource_store.domain.errors import StorageFailedError, TenantClosedError
from resource_store.domain.resources import Ref
from servicekit.mongo import Document, MongoDatabase, Session

_SCRUBBED: Final[Document] = {
    "data": Binary(b""),
    "attributes": [],
    "external_id": "",
    "erased": True,
    "state": None,
    "replaced": None,
}


class MongoErasures:
    """Implements the port `Erasures` in the database of the resources."""

    def __init__(self, database: MongoDatabase) -> None:
        self._database = database
        self._reports = database[ERASURES]

    async def ref_of(self, tenant: str, resource_id: str) -> Ref | None:
        """Return the name of the resource that has or had an id."""
        here = {"_id": address_document((tenant, resource_id))}
        with storage_failures():
            for name in (RESOURCES, TOMBSTONES):
                if found := await self._database[name].find_one(here, {"type": 1}):
                    return ref_of(found)
        return None

    async def begin(self, erasure: Erasure) -> None:
        """Keep a report."""
        here = {"_id": address_document((erasure.tenant, erasure.id))}
        fresh = _document(erasure)
        del fresh["completed"]
        with storage_failures():
            if await closed_among(self._database, {erasure.tenant}):
                raise TenantClosedError
            await self._reports.update_one(
                here, {"$setOnInsert": fresh, "$set": {"completed": 0}}, upsert=True
            )

    async def scrub(self, tenant: str, resource_id: str) -> Erasure:
        """Remove what is kept, and the data of its changes."""
        told = {"tenant": tenant, "id": resource_id}
        promised = await self._promises(tenant, resource_id)
        with storage_failures():
            last = await self._database[CHANGES].find_one(told, sort=[("committed", DESCENDING)])

        async def write(session: Session) -> Erasure:
            here = {"_id": address_document((tenant, resource_id))}
            kept = await self._database[DELETED].delete_one(here, session=session)
            changes = await self._database[CHANGES].update_many(
                {**told, "erased": {"$ne": True}}, {"$set": _SCRUBBED}, session=session
            )
            forgotten = await self._database[ASYNC_REQUESTS].delete_many(
                {"_id": {"$in": promised}}, session=session
            )
            removed = {
                "store_kept_resources": kept.deleted_count,
                "store_changes": changes.modified_count,
                "store_async_requests": forgotten.deleted_count,
            }
            known = await self._read(session, here)
            if known is None:
                raise StorageFailedError("the erasure has not begun")
            through = last["committed"] if last else 0
            erasure = replace(known.with_more(removed), through=max(known.through, through))
            await self._reports.replace_one(here, here | _document(erasure), session=session)
            return erasure

        with storage_failures():
            return await self._database.transaction(write)

    async def make_unreadable(self) -> None:
        """Do nothing: the server's files are not read by themselves."""

    async def record(
        self, tenant: str, resource_id: str, removed: Mapping[str, int], *, completed: int
    ) -> Erasure | None:
        """Add to a report."""
        here = {"_id": address_document((tenant, resource_id))}

        async def write(session: Session) -> Erasure | None:
            known = await self._read(session, here)
            if known is None:
                return None
            erasure = known.with_more(removed, completed=completed)
            await self._reports.replace_one(here, here | _document(erasure), session=session)
            return erasure

        with storage_failures():
            return await self._database.transaction(write)

    async def page(
        self, tenant: str, *, resource_id: str | None, after: str, limit: int
    ) -> Sequence[Erasure]:
        """Return reports."""
        ids: Document = (
            {"$gt": after} if resource_id is None else {"$gt": after, "$eq": resource_id}
        )
        wanted = {"_id.tenant": tenant, "_id.id": ids}
        with storage_failures():
            found = self._reports.find(wanted, sort=[("_id.id", ASCENDING)], limit=limit)
            return [_erasure(document) async for document in found]

    async def _promises(self, tenant: str, resource_id: str) -> list[Document]:
        """Return the ids of requests that have been answered and name the resource."""
        named = resource_id.encode()
        settled = {"_id.tenant": tenant, "is_waiting": False}
        with storage_failures():
            return [
                document["_id"]
                async for document in self._database[ASYNC_REQUESTS].find(settled)
                if named in bytes(document["completions"])
            ]

    async def _read(self, session: Session, here: Document) -> Erasure | None:
        found = await self._reports.find_one(here, session=session)
        return _erasure(found) if found else None


def _document(erasure: Erasure) -> Document:
    return {
        "resource_type": erasure.resource_type,
        "requested_by": erasure.requested_by,
        "begun": erasure.begun,
        "completed": erasure.completed,
        "through": erasure.through,
        "removed": dict(erasure.removed),
    }


def _erasure(document: Document) -> Erasure:
    named = document["_id"]
    members = {name: value for name, value in document.items() if name != "_id"}
    return Erasure(tenant=named["tenant"], id=named["id"], **members)
