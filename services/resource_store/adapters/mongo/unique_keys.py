"""Unique keys, each a document that names its holder.

They are read before they are written, as a duplicate key would undo the whole transaction.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from pymongo import DeleteOne, InsertOne, ReplaceOne

from resource_store.adapters.mongo.collections import UNIQUE_KEYS
from resource_store.adapters.mongo.documents import at_once
from resource_store.domain.decisions import Deleted, Written
from resource_store.domain.keys import IndexKey, Key, key_in_use
from resource_store.domain.resources import Ref
from servicekit.mongo import Document, MongoDatabase, Session

Holding = tuple[str, str, str, Key]
"""Tenant, resource type, path, key."""

_FIELDS: Final = ("tenant", "type", "path", "key")


@dataclass(slots=True)
class UniqueKeys:
    """The holders of unique keys, by id: as they are, and as a wave's decisions leave them."""

    before: dict[Holding, str]
    after: dict[Holding, str | None] = field(default_factory=dict)

    def take(self, tenant: str, written: Written) -> None:
        """Let a resource exchange its keys.

        Raises `UniquenessError` where another holds one that is added, and then moves none.
        """
        ref = written.stored.resource.ref
        added = holdings(tenant, ref.resource_type, written.keys_added)
        for holding, key in added.items():
            if self._holder(holding) not in {None, ref.id}:
                raise key_in_use(ref, key)
        self._give_up(tenant, ref, written.keys_removed)
        self.after.update(dict.fromkeys(added, ref.id))

    def leave(self, tenant: str, deleted: Deleted) -> None:
        """Let a resource that is deleted give up its keys."""
        self._give_up(tenant, deleted.ref, deleted.keys_removed)

    async def store(self, database: MongoDatabase, session: Session) -> None:
        """Bring the documents to the state after."""
        writes = [
            _write(holding, self.before.get(holding), holder)
            for holding, holder in self.after.items()
        ]
        if writes:
            await database[UNIQUE_KEYS].bulk_write(writes, session=session)

    def _holder(self, holding: Holding) -> str | None:
        return self.after[holding] if holding in self.after else self.before.get(holding)

    def _give_up(self, tenant: str, ref: Ref, removed: Iterable[IndexKey]) -> None:
        for holding in holdings(tenant, ref.resource_type, removed):
            self.before.setdefault(holding, ref.id)
            self.after[holding] = None


async def read_unique_keys(
    database: MongoDatabase, session: Session, written: Iterable[tuple[str, Written]]
) -> UniqueKeys:
    """Return who holds the keys that resources are to get, each with its tenant."""
    wanted = {
        holding
        for tenant, each in written
        for holding in holdings(tenant, each.stored.resource.ref.resource_type, each.keys_added)
    }
    before = {}
    for part in at_once(wanted):
        ids = [holding_id(holding) for holding in part]
        async for document in database[UNIQUE_KEYS].find({"_id": {"$in": ids}}, session=session):
            before[holding_of(document)] = document["holder"]
    return UniqueKeys(before)


def holdings(tenant: str, resource_type: str, keys: Iterable[IndexKey]) -> dict[Holding, IndexKey]:
    """Return those of the keys that are unique."""
    return {
        (tenant, resource_type, each.path, each.key): each
        for each in keys
        if each.unique and each.key is not None
    }


def holding_id(holding: Holding) -> Document:
    """Return the `_id` of a unique key."""
    return dict(zip(_FIELDS, holding, strict=True))


def holding_of(document: Document) -> Holding:
    """Return the unique key of a document."""
    tenant, resource_type, path, key = (document["_id"][name] for name in _FIELDS)
    return tenant, resource_type, path, key


def _write(
    holding: Holding, before: str | None, after: str | None
) -> DeleteOne | InsertOne[Document] | ReplaceOne[Document]:
    document = {"_id": holding_id(holding), "holder": after}
    if after is None:
        return DeleteOne({"_id": holding_id(holding)})
    if before is None:
        return InsertOne(document)
    return ReplaceOne({"_id": holding_id(holding)}, document)
