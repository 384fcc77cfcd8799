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


async def _make_collections(database: Database) -> None:
    # a count of pending events reads this index alone
    of_tenant = ("tenant", "_id", "kind", "committed", "only_for")
    await database[EVENTS].create_index([(member, 1) for member in of_tenant])
    await database[DEAD_LETTERS].create_index([("tenant", 1), ("at", 1), ("_id.position", 1)])


async def _make_status_changes(database: Database) -> None:
    await database[STATUS_CHANGES].create_index([("tenant", 1)])


async def _know_routed_events(database: Database) -> None:
    await database[EVENTS].create_index(
        [("routed_key", 1)],
        unique=True,
        partialFilterExpression={"routed_key": {"$gt": ""}},
    )


MIGRATIONS: Final[tuple[Migration, ...]] = (
    _make_collections,
    _make_status_changes,
    _know_routed_events,
)
