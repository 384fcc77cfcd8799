"""The change feed in MongoDB: changes as they are told, and as they are read once sequenced."""

from collections.abc import Sequence
from typing import Any, Final

from bson import Binary
from pymongo import ASCENDING, DESCENDING

from resource_store.domain.changes import Activation, Change, ChangeKind, FeedEntry
from resource_store.domain.resources import Ref, Stamp
from servicekit.mongo import Collection, Database, Document, MongoDatabase, Session

CHANGES: Final = "changes"
PURGED_CLOCK: Final = {"_id": "purged-clock"}
"""In the collection `meta`: the latest clock reading of the changes that were purged."""
META: Final = "meta"
_MAX_BYTES: Final = 8 * 1024 * 1024


async def prepare(database: Database) -> None:
    """Make the indexes: the feed in its order, and what has no place in it yet, by its clock."""
    changes = database[CHANGES]
    await changes.create_index(
        [("position", ASCENDING)],
        name="sequenced_by_position",
        unique=True,
        partialFilterExpression={"sequenced": True},
    )
    await changes.create_index(
        [("clock", ASCENDING)],
        name="unsequenced_by_clock",
        partialFilterExpression={"sequenced": False},
    )


async def append(changes: Collection, session: Session, told: Sequence[tuple[Change, int]]) -> None:
    """Tell of changes in the transaction that makes them, without a place in the feed.

    Each comes with the latest clock reading that the store has seen, its own included.
    """
    if told:
        documents = [_document(change, clock=clock) for change, clock in told]
        await changes.insert_many(documents, session=session)


async def entries_after(changes: Collection, position: int, *, limit: int) -> list[FeedEntry]:
    """Return the next sequenced changes: at most `limit`, and no more than fit one message."""
    entries: list[FeedEntry] = []
    size = 0
    async for document in changes.find(after(position), sort=[("position", 1)], limit=limit):
        entry = FeedEntry(document["position"], _change(document))
        size += entry.change.size
        if entries and size > _MAX_BYTES:
            break
        entries.append(entry)
    return entries


def after(position: int) -> Document:
    """Return what selects the changes after a position, in the words of their index."""
    return {"sequenced": True, "position": {"$gt": position}}


async def last_clock(database: MongoDatabase) -> int:
    """Return the latest clock reading that the newest changes tell of, or told of once."""
    changes = database[CHANGES]
    purged = await database[META].find_one(PURGED_CLOCK)
    latest = purged["clock"] if purged else 0
    for sequenced, path in ((True, "position"), (False, "clock")):
        newest = await changes.find_one({"sequenced": sequenced}, sort=[(path, DESCENDING)])
        latest = max(latest, newest["clock"] if newest else 0)
    return latest


async def keep_clock(database: MongoDatabase, clock: int) -> None:
    """Let `last_clock` know a reading whose change is about to be purged."""
    await database[META].update_one(PURGED_CLOCK, {"$max": {"clock": clock}}, upsert=True)


def _document(change: Change, *, clock: int) -> Document:
    return {
        "sequenced": False,
        "clock": clock,
        "tenant": change.tenant,
        "resource_type": change.ref.resource_type,
        "id": change.ref.id,
        "kind": change.kind.name,
        "txn": change.txn,
        "origin": {"clock": change.origin.clock, "cluster": change.origin.cluster},
        "lineage": list(change.lineage),
        "version_before": change.version_before,
        "version_after": change.version_after,
        "data": Binary(change.data),
        "attributes": list(change.attributes),
        "external_id": change.external_id,
        "activation": change.activation.name,
        "traceparent": change.traceparent,
        "committed": change.committed,
        "routed": change.routed,
        "state": _binary(change.state),
        "replaced": _binary(change.replaced),
    }


def _binary(value: bytes | None) -> Binary | None:
    return None if value is None else Binary(value)


def _change(document: dict[str, Any]) -> Change:
    origin = document["origin"]
    return Change(
        tenant=document["tenant"],
        ref=Ref(document["resource_type"], document["id"]),
        kind=ChangeKind[document["kind"]],
        txn=document["txn"],
        origin=Stamp(origin["clock"], origin["cluster"]),
        lineage=tuple(document["lineage"]),
        version_before=document["version_before"],
        version_after=document["version_after"],
        data=bytes(document["data"]),
        attributes=tuple(document["attributes"]),
        external_id=document["external_id"],
        activation=Activation[document["activation"]],
        traceparent=document["traceparent"],
        committed=document["committed"],
        routed=document["routed"],
        erased=document.get("erased", False),
        # A change of before these were kept has neither.
        state=document.get("state"),
        replaced=document.get("replaced"),
    )
