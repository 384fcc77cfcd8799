"""What is kept of deleted resources, as documents."""

from collections.abc import Sequence
from typing import Final

from pymongo import ASCENDING, DESCENDING

from resource_store.adapters.mongo.collections import DELETED
from resource_store.adapters.mongo.documents import (
    address_document,
    resource_of,
    stamp_document,
)
from resource_store.adapters.mongo.faults import storage_failures
from resource_store.adapters.waves import Address
from resource_store.domain.kept import Kept
from resource_store.domain.resources import Stored
from resource_store.ports.deleted_resources import DeletedSelection
from servicekit.mongo import Document, MongoDatabase

_DUE_FIRST: Final = [("purge_after", ASCENDING)]


def kept_document(address: Address, kept: Kept) -> Document:
    """Return what is stored of a resource that is being deleted."""
    resource = kept.stored.resource
    return {
        "_id": address_document(address),
        "type": resource.ref.resource_type,
        "external_id": kept.external_id,
        "deleted": kept.deleted,
        "purge_after": kept.purge_after,
        "version": resource.version,
        "created": resource.created,
        "last_modified": resource.last_modified,
        "origin": stamp_document(resource.origin),
        "password_hash": kept.stored.password_hash,
        "attributes": resource.attributes,
    }


def kept_of(document: Document) -> Kept:
    """Return what a document keeps."""
    stored = Stored(resource_of(document), document["password_hash"])
    return Kept(stored, deleted=document["deleted"], purge_after=document["purge_after"])


class MongoDeletedResources:
    """Implements the port `DeletedResources` in the database of the resources."""

    def __init__(self, database: MongoDatabase) -> None:
        self._kept = database[DELETED]

    async def page(self, selected: DeletedSelection, *, after: str, limit: int) -> Sequence[Kept]:
        """Return those of a selection after an id."""
        wanted: Document = {"_id.tenant": selected.tenant, "_id.id": {"$gt": after}}
        if selected.id is not None:
            wanted["_id.id"] = {"$gt": after, "$eq": selected.id}
        if selected.resource_type is not None:
            wanted["type"] = selected.resource_type
        with storage_failures():
            found = self._kept.find(wanted, sort=[("_id.id", ASCENDING)], limit=limit)
            return [kept_of(document) async for document in found]

    async def last_of(self, tenant: str, resource_type: str, external_id: str) -> str | None:
        """Return the id of the one of an externalId that was deleted last."""
        wanted = {"_id.tenant": tenant, "type": resource_type, "external_id": external_id}
        with storage_failures():
            last = await self._kept.find_one(wanted, {"_id": 1}, sort=[("deleted", DESCENDING)])
        return last["_id"]["id"] if last else None

    async def purge(self, *, due: int, limit: int) -> int:
        """Remove some whose time has come; one that is being restored stays or goes as a whole."""
        is_due = {"purge_after": {"$lte": due}}
        with storage_failures():
            found = self._kept.find(is_due, {"_id": 1}, sort=_DUE_FIRST, limit=limit)
            ids = [document["_id"] async for document in found]
            removed = await self._kept.delete_many({"_id": {"$in": ids}, **is_due})
        return removed.deleted_count
