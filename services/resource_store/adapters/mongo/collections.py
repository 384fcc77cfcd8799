"""The collections of a store in one MongoDB database, and their indexes."""

from typing import Final

from pymongo import ASCENDING, IndexModel

from resource_store.adapters.mongo import feed
from resource_store.adapters.mongo.sort_fields import NO_KEY, SORT_FIELDS, field_of
from resource_store.domain.decisions import IdentityKind
from resource_store.domain.keys import sorted_paths
from resource_store.domain.repetition import KEPT
from scim.registry import standard_registry
from servicekit.mongo import Database, Document, Migration

RESOURCES: Final = "resources"
UNIQUE_KEYS: Final = "unique_keys"
MEMBERS: Final = "members"
TOMBSTONES: Final = "tombstones"
META: Final = "meta"
ASYNC_REQUESTS: Final = "async_requests"
REPETITION: Final = {IdentityKind.TRANSACTION: "transactions", IdentityKind.EFFECT: "effects"}

_TENANT: Final = ("_id.tenant", ASCENDING)
_ID: Final = ("_id.id", ASCENDING)
_BY_TYPE: Final = [_TENANT, ("type", ASCENDING), _ID]
# What a filter finds comes in the order of the ids, without being sorted.
_BY_KEY: Final = [
    _TENANT,
    ("type", ASCENDING),
    ("keys.path", ASCENDING),
    ("keys.key", ASCENDING),
    _ID,
]
_BY_GROUP: Final = [("tenant", ASCENDING), ("group", ASCENDING), ("member", ASCENDING)]
_BY_MEMBER: Final = [("tenant", ASCENDING), ("member", ASCENDING), ("group", ASCENDING)]


async def _first_indexes(database: Database) -> None:
    await database[RESOURCES].create_indexes(
        [IndexModel(_BY_TYPE, name="by_type"), IndexModel(_BY_KEY, name="by_key")]
    )
    await database[MEMBERS].create_indexes(
        [
            IndexModel(_BY_GROUP, name="by_group", unique=True),
            IndexModel(_BY_MEMBER, name="by_member"),
        ]
    )
    await database[TOMBSTONES].create_indexes([IndexModel([_TENANT, _ID], name="by_id")])
    for kind, name in REPETITION.items():
        expiring = IndexModel(
            [("made", ASCENDING)],
            name="expiring",
            expireAfterSeconds=int(KEPT[kind].total_seconds()),
        )
        await database[name].create_indexes([expiring])

    await feed.prepare(database)
    await database[META].create_index([("_id", ASCENDING)])
    await database[UNIQUE_KEYS].create_index([("_id", ASCENDING)])


async def _async_requests(database: Database) -> None:
    order = [("accepted", ASCENDING), ("_id", ASCENDING)]
    await database[ASYNC_REQUESTS].create_indexes(
        [
            IndexModel(order, name="waiting", partialFilterExpression={"is_waiting": True}),
            IndexModel(order, name="settled", partialFilterExpression={"is_waiting": False}),
        ]
    )


async def _sort_indexes(database: Database) -> None:
    """Give each resource that is there already its keys for "no value", and the sort fields."""
    resources = database[RESOURCES]
    await resources.update_many({"sorted": {"$exists": False}}, _with_sort_fields())
    fields = ["created", "last_modified", *map(field_of, SORT_FIELDS)]
    await resources.create_indexes(
        [
            IndexModel(
                [_TENANT, ("type", ASCENDING), (field, ASCENDING), _ID],
                name=f"by_{field.replace('.', '_')}",
            )
            for field in fields
        ]
    )


def _with_sort_fields() -> list[Document]:
    """Return the stages that do it, for the paths of a type that the registry knows."""
    branches = [
        {"case": {"$eq": ["$type", each.name]}, "then": sorted(sorted_paths(each))}
        for each in standard_registry().resource_types
    ]
    named = {"$map": {"input": "$keys", "in": "$$this.path"}}
    lacking = {"$setDifference": [{"$switch": {"branches": branches, "default": []}}, named]}
    none = {"path": "$$this", "key": NO_KEY, "unique": False}
    return [
        {"$set": {"keys": {"$concatArrays": ["$keys", {"$map": {"input": lacking, "in": none}}]}}},
        {"$set": {"sorted": {name: _key_at(path) for path, name in SORT_FIELDS.items()}}},
    ]


def _key_at(path: str) -> Document:
    of_path = {"$filter": {"input": "$keys", "cond": {"$eq": ["$$this.path", path]}}}
    return {"$first": {"$map": {"input": of_path, "in": "$$this.key"}}}


MIGRATIONS: Final[tuple[Migration, ...]] = (_first_indexes, _async_requests, _sort_indexes)
