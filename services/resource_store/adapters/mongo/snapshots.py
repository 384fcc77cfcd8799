"""Going through the state of a tenant, a page at a time."""

from collections.abc import Sequence
from typing import Final

from pymongo import ASCENDING

from resource_store.adapters.looking import fitting, size_of_whole
from resource_store.adapters.mongo.collections import RESOURCES, TOMBSTONES
from resource_store.adapters.mongo.documents import (
    address_of,
    at_once,
    ref_of,
    resource_of,
    stamp_of,
)
from resource_store.adapters.mongo.reading import COMPLETED_AT_ONCE, Reading
from resource_store.domain.members import MEMBERS
from resource_store.domain.representations import derived_attributes
from resource_store.domain.resources import Ref
from resource_store.domain.snapshots import Tombstone, Whole
from scim.resource_type import ResourceType
from servicekit.mongo import Document

_NOT_BACK: Final = {"is_back": {"$ne": True}}


def after_resource(tenant: str, after: Ref) -> Document:
    """Return what selects the resources of a type after an id, in the words of their index."""
    return {"_id.tenant": tenant, "type": after.resource_type, "_id.id": {"$gt": after.id}}


async def resources_after(
    reading: Reading, tenant: str, resource_type: ResourceType, after: str, *, limit: int
) -> Sequence[Whole]:
    """Return the resources of a type after an id, as many of them as fit one message."""
    cursor = reading.database[RESOURCES].find(
        after_resource(tenant, Ref(resource_type.name, after)), {"_id": 1}, session=reading.session
    )
    cursor = cursor.sort("_id.id", ASCENDING).limit(limit)
    addresses = [address_of(document) async for document in cursor]
    page: list[Whole] = []
    has_members = MEMBERS in derived_attributes(resource_type)
    for part in at_once(addresses, COMPLETED_AT_ONCE):
        documents = await reading.resources(part)
        found = [documents[each] for each in part]
        page += await _wholes(reading, found, has_members=has_members)
        if len(whole := list(fitting(page, size_of_whole))) < len(page):
            return whole
    return page


async def tombstones_after(
    reading: Reading, tenant: str, after: str, *, limit: int
) -> Sequence[Tombstone]:
    """Return the tombstones after an id."""
    found = {"_id.tenant": tenant, "_id.id": {"$gt": after}, **_NOT_BACK}
    cursor = reading.database[TOMBSTONES].find(found, session=reading.session)
    cursor = cursor.sort("_id.id", ASCENDING).limit(limit)
    return [Tombstone(ref_of(each), stamp_of(each["origin"])) async for each in cursor]


async def count(reading: Reading, tenant: str) -> int:
    """Return how many resources and tombstones a tenant has."""
    counts = [
        await reading.database[name].count_documents(
            {"_id.tenant": tenant, **_NOT_BACK}, session=reading.session
        )
        for name in (RESOURCES, TOMBSTONES)
    ]
    return sum(counts)


async def _wholes(
    reading: Reading, documents: Sequence[Document], *, has_members: bool
) -> list[Whole]:
    members = await reading.members(map(address_of, documents)) if has_members else {}
    return [
        Whole(resource_of(each), tuple(members.get(address_of(each), {}).values()))
        for each in documents
    ]
