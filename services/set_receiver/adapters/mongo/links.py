"""Links in MongoDB, a document each."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from pymongo import DeleteOne, UpdateOne

from servicekit.leases import Lease
from servicekit.mongo import Document, MongoDatabase, Session, storage_errors
from servicekit.mongo_leases import MongoLeases
from set_receiver.adapters.mongo.purging import closed_among
from set_receiver.adapters.mongo.schema import LINKS
from set_receiver.domain.links import Link, LinkKey
from set_receiver.domain.receipts import APPLYING


class MongoLinks:
    """Implements the port `Links`."""

    def __init__(self, database: MongoDatabase, leases: MongoLeases) -> None:
        self._database = database
        self._links = database[LINKS]
        self._leases = leases

    async def read(self, keys: Sequence[LinkKey]) -> Mapping[LinkKey, Link]:
        """Return links."""
        if not keys:
            return {}
        with storage_errors():
            found = await self._links.find({"$or": [asdict(key) for key in keys]}).to_list()
        links = (_link(document) for document in found)
        return {link.key: link for link in links}

    async def write(self, links: Sequence[Link], *, fence: int) -> None:
        """Keep links, but for tenants that are closed."""
        if not links:
            return

        async def write_all(session: Session) -> None:
            await self._leases.check_fence(session, Lease(APPLYING, "", fence, ends=0))
            closed = await closed_among(self._database, {link.key.tenant for link in links})
            kept = [_write(link) for link in links if link.key.tenant not in closed]
            if kept:
                await self._links.bulk_write(kept, session=session)

        await self._database.transaction(write_all)


def _write(link: Link) -> UpdateOne | DeleteOne:
    named = asdict(link.key)
    if not link.is_linked:
        return DeleteOne(named)
    return UpdateOne(named, {"$set": {"version": link.version}}, upsert=True)


def _link(document: Document) -> Link:
    key = LinkKey(document["tenant"], document["stream_id"], document["subject_uri"])
    return Link(key, is_linked=True, version=document["version"])
