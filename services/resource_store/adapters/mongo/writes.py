"""What the decisions of one wave lead to, stored by few commands."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from pymongo import DeleteOne, InsertOne, ReplaceOne, UpdateOne

from resource_store.adapters.mongo import collections, feed
from resource_store.adapters.mongo.deleted_resources import kept_document
from resource_store.adapters.mongo.documents import (
    BACK,
    address_document,
    at_once,
    keys_of,
    resource_document,
    stamp_document,
)
from resource_store.adapters.waves import Address
from resource_store.domain.changes import Change
from resource_store.domain.decisions import Deleted, Restamped, State, Written
from servicekit.mongo import Document, MongoDatabase, Session

Write = DeleteOne | InsertOne[Document] | ReplaceOne[Document] | UpdateOne


@dataclass(slots=True)
class Writes:
    """Gathers writes; nothing is stored before `store`."""

    _resources: list[Write] = field(default_factory=list)
    _tombstones: list[Write] = field(default_factory=list)
    _kept: list[Write] = field(default_factory=list)
    _edges_removed: list[Document] = field(default_factory=list)
    _edges_added: list[Document] = field(default_factory=list)
    _told: list[tuple[Change, int]] = field(default_factory=list)

    def write(
        self, tenant: str, written: Written, state: State, *, before: Document | None
    ) -> None:
        """Store a resource, of which there may be a document already."""
        ref = written.stored.resource.ref
        here = (tenant, ref.id)
        keys = (keys_of(before) if before else frozenset()) - written.keys_removed
        document = resource_document(
            here, written, clock=state.stamp.clock, keys=keys | written.keys_added
        )
        self._resources.append(
            ReplaceOne({"_id": document["_id"]}, document) if before else InsertOne(document)
        )
        if state.tombstone is not None:
            # It still tells which memberships ended then.
            self._tombstones.append(UpdateOne({"_id": document["_id"]}, {"$set": BACK}))
            self._kept.append(DeleteOne({"_id": document["_id"]}))
        self._exchange_members(here, written)
        self._tell(written.change, state)

    def restamp(self, here: Address, restamped: Restamped) -> None:
        """Store the later stamp of a resource."""
        stamp = restamped.stamp
        fields = {"last_modified": stamp.clock, "origin": stamp_document(stamp)}
        self._resources.append(UpdateOne({"_id": address_document(here)}, {"$set": fields}))

    def delete(self, tenant: str, deleted: Deleted, state: State) -> None:
        """Remove a resource and all its edges, and leave a tombstone."""
        ref = deleted.ref
        found = {"_id": address_document((tenant, ref.id))}
        tombstone = {
            **found,
            "type": ref.resource_type,
            "origin": stamp_document(deleted.stamp),
            "clock": state.stamp.clock,
        }
        self._resources.append(DeleteOne(found))
        self._tombstones.append(ReplaceOne(found, tombstone, upsert=True))
        self._edges_removed.append({"tenant": tenant, "group": ref.id})
        self._edges_removed.append({"tenant": tenant, "member": ref.id})
        if deleted.kept is not None:
            kept = kept_document((tenant, ref.id), deleted.kept)
            self._kept.append(ReplaceOne(found, kept, upsert=True))
        if deleted.change is not None:
            self._tell(deleted.change, state)

    def clocks(self) -> list[int]:
        """Return the latest reading of each change, received ones included."""
        return [clock for _, clock in self._told]

    async def store(self, database: MongoDatabase, session: Session) -> None:
        """Store all that was gathered."""
        for name, writes in (
            (collections.RESOURCES, self._resources),
            (collections.TOMBSTONES, self._tombstones),
            (collections.DELETED, self._kept),
        ):
            if writes:
                await database[name].bulk_write(writes, session=session)
        await self._store_edges(database, session)
        await feed.append(database[feed.CHANGES], session, self._told)

    def _exchange_members(self, here: Address, written: Written) -> None:
        tenant, group = here
        edge = {"tenant": tenant, "group": group}
        for part in at_once(written.members_removed):
            self._edges_removed.append({**edge, "member": {"$in": part}})
        self._edges_added += [
            {**edge, "member": member.id, "member_type": member.resource_type}
            for member in written.members_added
        ]

    def _tell(self, change: Change, state: State) -> None:
        self._told.append((change, max(state.stamp.clock, change.origin.clock)))

    async def _store_edges(self, database: MongoDatabase, session: Session) -> None:
        edges = database[collections.MEMBERS]
        for removed in self._edges_removed:
            await edges.delete_many(removed, session=session)
        if self._edges_added:
            await edges.insert_many(self._edges_added, session=session)
            await _hold_members(database, session, self._edges_added)


async def _hold_members(
    database: MongoDatabase, session: Session, edges: Sequence[Document]
) -> None:
    """Write to the new members, so that this and a deletion of one exclude each other.

    A transaction that only reads that somebody is there does not notice that another removes them.
    """
    members = {(edge["tenant"], edge["member"]) for edge in edges}
    for part in at_once(members):
        held = {"_id": {"$in": [address_document(member) for member in part]}}
        await database[collections.RESOURCES].update_many(
            held, {"$inc": {"edges": 1}}, session=session
        )
