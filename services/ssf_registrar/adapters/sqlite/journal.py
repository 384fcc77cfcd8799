"""The journal in SQLite: with one writer, the order of positions is the order of commits."""

import asyncio
import sqlite3
from typing import Final

from servicekit.restoring import note_restore
from servicekit.signals import News
from servicekit.sqlite import Database
from ssf_registrar.adapters.verification_rows import decode_verification, encode_verification
from ssf_registrar.adapters.waiting_journal import WaitingJournal
from ssf_registrar.domain.journal import (
    Cursor,
    JournalEntry,
    JournalKind,
    JournalPage,
    start_of,
)
from ssf_registrar.domain.streams import Direction

_INSERT: Final = (
    "INSERT INTO journal (kind, tenant, stream_id, direction, token_hash, verification)"
    " VALUES (?, ?, ?, ?, ?, ?)"
)
_SELECT: Final = (
    "SELECT position, kind, tenant, stream_id, direction, token_hash, verification FROM journal"
    " WHERE position > ? ORDER BY position LIMIT ?"
)


def sqlite_journal(database: Database, news: News, *, ending: asyncio.Event) -> WaitingJournal:
    """Return the journal of a database; whoever writes to it publishes the news."""

    async def read_page(cursor: Cursor | None, limit: int) -> JournalPage:
        return await database.read(lambda connection: _page(connection, cursor, limit))

    return WaitingJournal(read_page, news, ending=ending)


async def begin_epoch(database: Database, *, restore_id: str) -> None:
    """Begin another epoch when the database was restored: cursors of before are then refused."""

    def write(connection: sqlite3.Connection) -> None:
        if note_restore(connection, restore_id):
            connection.execute("UPDATE epochs SET epoch = lower(hex(randomblob(8)))")

    await database.write(write)


def record(connection: sqlite3.Connection, entry: JournalEntry) -> None:
    """Write an entry in the transaction of the change that it tells of."""
    connection.execute(
        _INSERT,
        (
            entry.kind.value,
            entry.tenant,
            entry.stream_id,
            entry.direction and entry.direction.value,
            entry.token_hash,
            encode_verification(entry.verification),
        ),
    )


def end_of_journal(connection: sqlite3.Connection) -> Cursor:
    """Return the cursor after the last entry."""
    ((epoch,),) = connection.execute("SELECT epoch FROM epochs")
    ((position,),) = connection.execute("SELECT coalesce(max(position), 0) FROM journal")
    return Cursor(epoch, position)


def _page(connection: sqlite3.Connection, cursor: Cursor | None, limit: int) -> JournalPage:
    end = end_of_journal(connection)
    start = start_of(cursor, end=end)
    rows = connection.execute(_SELECT, (start.position, limit)).fetchall()
    last = rows[-1][0] if rows else start.position
    return JournalPage(tuple(_entry(row[1:]) for row in rows), Cursor(end.epoch, last))


def _entry(row: tuple[str, str, str | None, str | None, bytes | None, str | None]) -> JournalEntry:
    kind, tenant, stream_id, direction, token_hash, verification = row
    return JournalEntry(
        JournalKind(kind),
        tenant,
        stream_id=stream_id,
        direction=Direction(direction) if direction else None,
        token_hash=token_hash,
        verification=decode_verification(verification),
    )
