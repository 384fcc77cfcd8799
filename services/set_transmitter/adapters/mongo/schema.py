"""The collections of the event log and of what has been delivered of it.

`log` has one document; an event's, a stream's, a delivery's and a dead letter's `_id` say which.
"""

from typing import Final

from servicekit.mongo import Database, Migration

LOG: Final = "log"
EVENTS: Final = "events"
STREAMS: Final = "streams"
DELIVERIES: Final = "deliveries"
DEAD_LETTERS: Final = "dead_letters"


async def _make_collections(database: Database) -> None:
    # a count of pending events reads this index alone
    await database[EVENTS].create_index([("tenant", 1), ("_id", 1), ("kind", 1), ("committed", 1)])
    await database[DEAD_LETTERS].create_index([("tenant", 1), ("at", 1), ("_id.position", 1)])


MIGRATIONS: Final[tuple[Migration, ...]] = (_make_collections,)
