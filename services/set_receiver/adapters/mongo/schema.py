"""The collections and indexes of the receiver's database."""

from typing import Final

from pymongo import ASCENDING, IndexModel

from servicekit.mongo import Database
from set_receiver.domain.receipts import ReceiptState

RECEIPTS: Final = "receipts"
TALLIES: Final = "tallies"
COUNTERS: Final = "counters"
CLOSED_TENANTS: Final = "closed_tenants"
"""Those that are being deleted, or have been."""
STREAM_STATES: Final = "stream_states"
"""What is known of each stream beside its configuration."""
LINKS: Final = "links"
"""Resources that are in a stream's feed."""
POSITIONS: Final = "positions"
"""The counter whose `last` is the last position that was given."""

OF_TENANT: Final = "receipt_of_tenant"
OF_STREAM: Final = "receipt_of_stream"
PENDING: Final = "receipt_pending"
DEAD: Final = "receipt_dead"


async def _receipts(database: Database) -> None:
    await database[RECEIPTS].create_indexes(
        [
            _index("receipt_identity", "tenant", "stream_id", "iss", "jti", unique=True),
            _index(OF_TENANT, "tenant", "_id"),
            _index(OF_STREAM, "tenant", "stream_id", "_id"),
            # Has all that the apply loop reads, so that no document is touched.
            _index(
                PENDING,
                *("state", "_id", "tenant", "stream_id", "subject_uri", "next_attempt"),
                partialFilterExpression={"state": int(ReceiptState.PENDING)},
            ),
            # The few that people ask for.
            _index(
                DEAD,
                *("tenant", "state", "_id"),
                partialFilterExpression={"state": int(ReceiptState.DEAD)},
            ),
        ]
    )
    await database[COUNTERS].update_one(
        {"_id": POSITIONS}, {"$setOnInsert": {"last": 0}}, upsert=True
    )


def _index(name: str, *members: str, **options: object) -> IndexModel:
    return IndexModel([(member, ASCENDING) for member in members], name=name, **options)


async def _closed_tenants(database: Database) -> None:
    await database[CLOSED_TENANTS].create_index([("_id", ASCENDING)])


async def _stream_states(database: Database) -> None:
    await database[STREAM_STATES].create_index([("_id", ASCENDING)])


async def _links(database: Database) -> None:
    await database[LINKS].create_indexes(
        [_index("link_identity", "tenant", "stream_id", "subject_uri", unique=True)]
    )


MIGRATIONS: Final = (_receipts, _closed_tenants, _stream_states, _links)
