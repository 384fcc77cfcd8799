"""The mark of a tenant that is being deleted, or has been."""

from collections.abc import Collection

from resource_store.adapters.mongo.collections import CLOSED_TENANTS
from servicekit.mongo import MongoDatabase, Session


async def closed_among(
    database: MongoDatabase, tenants: Collection[str], session: Session | None = None
) -> frozenset[str]:
    """Return which of these tenants are closed."""
    wanted = {"_id": {"$in": sorted(tenants)}}
    found = database[CLOSED_TENANTS].find(wanted, {"_id": True}, session=session)
    return frozenset([document["_id"] async for document in found])
