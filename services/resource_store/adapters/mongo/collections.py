"""The collections of a store in one MongoDB database, and their indexes."""

from typing import Final

from pymongo import ASCENDING, IndexModel

from resource_store.adapters.mongo import feed
from resource_store.adapters.mongo.sort_fields import SORT_FIELDS, field_of
from resource_store.domain.decisions import IdentityKind
from resource_store.domain.repetition import KEPT
from servicekit.mongo import Database, Migration

RESOURCES: Final = "resources"
UNIQUE_KEYS: Final = "unique_keys"
MEMBERS: Final = "members"
TOMBSTONES: Final = "tombstones"
DELETED: Final = "deleted_resources"
ERASURES: Final = "erasures"
META: Final = feed.META
ASYNC_REQUESTS: Final = "async_requests"
BRAKES: Final = "brakes"
BRAKE_COUNTS: Final = "brake_counts"
HELD_OPERATIONS: Final = "held_operations"
CLOSED_TENANTS: Final = "closed_tenants"
"""Those that are being deleted, or have been; their changes are gone up to a position."""
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
    fields = ["created", "last_modified", *map(field_of, SORT_FIELDS)]
    await database[RESOURCES].create_indexes(
        [
            IndexModel(
                [_TENANT, ("type", ASCENDING), (field, ASCENDING), _ID],
                name=f"by_{field.replace('.', '_')}",
            )
            for field in fields
        ]
    )


async def _deleted_resources(database: Database) -> None:
    by_external_id = [
        _TENANT,
        ("type", ASCENDING),
        ("external_id", ASCENDING),
        ("deleted", ASCENDING),
    ]
    await database[DELETED].create_indexes(
        [
            IndexModel([_TENANT, _ID], name="by_id"),
            IndexModel(by_external_id, name="by_external_id"),
            IndexModel([("purge_after", ASCENDING)], name="due"),
        ]
    )
    await database[ERASURES].create_indexes([IndexModel([_TENANT, _ID], name="by_id")])


async def _brakes(database: Database) -> None:
    await database[BRAKES].create_index([("_id", ASCENDING)])
    by_number = IndexModel([("tenant", ASCENDING), ("number", ASCENDING)], name="by_number")
    await database[BRAKE_COUNTS].create_indexes([by_number])
    await database[HELD_OPERATIONS].create_indexes([IndexModel([_TENANT, _ID], name="by_id")])


async def _settled_requests(database: Database) -> None:
    """Find requests by when they got their outcome; the index "settled" is of no use any more."""
    await database[ASYNC_REQUESTS].create_index(
        [("settled", ASCENDING)],
        name="by_end",
        partialFilterExpression={"is_waiting": False},
    )


async def _closed_tenants(database: Database) -> None:
    await database[CLOSED_TENANTS].create_index([("_id", ASCENDING)])


MIGRATIONS: Final[tuple[Migration, ...]] = (
    _first_indexes,
    _async_requests,
    _sort_indexes,
    _deleted_resources,
    _brakes,
    _settled_requests,
    _closed_tenants,
)
