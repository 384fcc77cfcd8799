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
PUBLICATIONS: Final = "publications"
"""What applications published under a txn of their own, for a while."""


async def _make_collections(database: Database) -> None:
    # a count of pending events reads this index alone
    of_tenant = ("tenant", "_id", "kind", "committed", "only_for")
    await database[EVENTS].create_index([(member, 1) for member in of_tenant])
    await database[DEAD_LETTERS].create_index([("tenant", 1), ("at", 1), ("_id.position", 1)])


async def _make_publications(database: Database) -> None:
    # where a young stream begins, if the feed is behind what is published
    await database[EVENTS].create_index(
        [("tenant", 1), ("committed", 1)], partialFilterExpression={"is_published": True}
    )
    await database[PUBLICATIONS].create_index([("at", 1)])
    await database[PUBLICATIONS].create_index([("_id.tenant", 1)])


MIGRATIONS: Final[tuple[Migration, ...]] = (_make_collections, _make_publications)
