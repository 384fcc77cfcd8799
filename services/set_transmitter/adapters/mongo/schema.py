"""The collections of the event log and of what has been delivered of it.

`log` has one document; elsewhere `_id` is a position, a stream's id, or the two together.
"""

from typing import Final

from servicekit.mongo import Database, Migration

LOG: Final = "log"
EVENTS: Final = "events"
STREAMS: Final = "streams"
DELIVERIES: Final = "deliveries"
DEAD_LETTERS: Final = "dead_letters"
SNAPSHOTS: Final = "snapshots"
STATUS_CHANGES: Final = "status_changes"
"""One for a stream: a status that it is going to have, as an event says."""
REMOVED: Final = "removed"
"""How far retention has been through a tenant's events, and when the latest was committed."""


OF_TENANT: Final = tuple(
    (member, 1) for member in ("tenant", "_id", "kind", "committed", "only_for")
)
"""The index by which a tenant's events are read; a count of pending ones reads it alone."""
PUBLICATIONS: Final = "publications"
"""What applications published under a txn of their own, for a while."""


async def _make_collections(database: Database) -> None:
    await database[EVENTS].create_index(list(OF_TENANT))
    await database[DEAD_LETTERS].create_index([("tenant", 1), ("at", 1), ("_id.position", 1)])


async def _make_status_changes(database: Database) -> None:
    await database[STATUS_CHANGES].create_index([("tenant", 1)])


async def _know_routed_events(database: Database) -> None:
    await database[EVENTS].create_index(
        [("routed_key", 1)],
        unique=True,
        partialFilterExpression={"routed_key": {"$gt": ""}},
    )


async def _make_publications(database: Database) -> None:
    # where a young stream begins, if the feed is behind what is published and received
    await database[EVENTS].create_index(
        [("tenant", 1), ("committed", 1)], partialFilterExpression={"resource_type": ""}
    )
    await database[PUBLICATIONS].create_index([("at", 1)])
    await database[PUBLICATIONS].create_index([("_id.tenant", 1)])


MIGRATIONS: Final[tuple[Migration, ...]] = (
    _make_collections,
    _make_status_changes,
    _know_routed_events,
    _make_publications,
)
