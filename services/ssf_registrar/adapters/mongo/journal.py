"""The journal in MongoDB."""

import asyncio
from typing import Final

from pymongo import ASCENDING

from servicekit.failures import StorageError
from servicekit.mongo import Document, MongoDatabase, Session, storage_errors
from servicekit.signals import News
from ssf_registrar.adapters.mongo.schema import THE_REGISTRAR
from ssf_registrar.adapters.verification_rows import decode_verification
from ssf_registrar.adapters.waiting_journal import WaitingJournal
from ssf_registrar.domain.journal import (
    Cursor,
    JournalEntry,
    JournalKind,
    JournalPage,
    start_of,
)
from ssf_registrar.domain.streams import Direction

_LOOK_AGAIN_SECONDS: Final = 1.0
INSERTIONS: Final[list[Document]] = [
    {"$match": {"operationType": "insert"}},
    {"$project": {"_id": 1}},
]
"""What of the journal's change stream is news."""


def mongo_journal(database: MongoDatabase, news: News, *, ending: asyncio.Event) -> WaitingJournal:
    """Return the journal of a database, which is looked at every second even without news."""

    async def read_page(cursor: Cursor | None, limit: int) -> JournalPage:
        with storage_errors():
            return await _page(database, cursor, limit)

    return WaitingJournal(read_page, news, ending=ending, look_again_seconds=_LOOK_AGAIN_SECONDS)


async def end_of_journal(database: MongoDatabase, session: Session | None = None) -> Cursor:
    """Return the cursor after the last entry."""
    registrar = await database["registrar"].find_one(THE_REGISTRAR, session=session)
    if registrar is None:
        raise StorageError("the database was emptied: restart to begin anew")
    return Cursor(registrar["epoch"], registrar["position"])


async def _page(database: MongoDatabase, cursor: Cursor | None, limit: int) -> JournalPage:
    end = await end_of_journal(database)
    start = start_of(cursor, end=end)
    # Entries that came after the end was looked up are welcome: they too are in commit order.
    found = database["journal"].find({"_id": {"$gt": start.position}}).sort("_id", ASCENDING)
    documents = await found.limit(limit).to_list()
    last = documents[-1]["_id"] if documents else start.position
    return JournalPage(tuple(map(_entry, documents)), Cursor(end.epoch, last))


def _entry(document: Document) -> JournalEntry:
    direction = document["direction"]
    return JournalEntry(
        JournalKind(document["kind"]),
        document["tenant"],
        stream_id=document["stream_id"],
        direction=Direction(direction) if direction else None,
        token_hash=document["token_hash"],
        verification=decode_verification(document.get("verification")),
    )
