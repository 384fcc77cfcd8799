"""The journal in SQLite: with one writer, the order of positions is the order of commits."""

import asyncio
import sqlite3
from typing import Final

from servicekit.restoring import note_restore
from servicekit.signals import News
from servicekit.sqlite import Database
from ssf_registrar.domain.errors import EpochChangedError
from ssf_registrar.domain.journal import Cursor, JournalEntry, JournalKind, JournalPage
from ssf_registrar.domain.streams import Direction

_INSERT: Final = (
    "INSERT INTO journal (kind, tenant, stream_id, direction, token_hash) VALUES (?, ?, ?, ?, ?)"
)
_SELECT: Final = (
    "SELECT position, kind, tenant, stream_id, direction, token_hash FROM journal"
    " WHERE position > ? ORDER BY position LIMIT ?"
)


class SqliteJournal:
    """Reads the journal; whoever writes to it publishes the news."""

    def __init__(self, database: Database, news: News, *, ending: asyncio.Event) -> None:
        """Long polls answer at once when `ending` is set and the news are published."""
        self._database = database
        self._news = news
        self._ending = ending

    async def read(self, cursor: Cursor | None, *, limit: int, wait: float) -> JournalPage:
        """Return entries after `cursor`, waiting up to `wait` seconds for a first one."""
        loop = asyncio.get_running_loop()
        ends = loop.time() + wait
        while True:
            edition = self._news.edition
            page = await self._database.read(lambda connection: _page(connection, cursor, limit))
            left = ends - loop.time()
            if page.entries or left <= 0 or self._ending.is_set():
                return page
            await self._news.wait_past(edition, seconds=left)


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
        ),
    )


def end_of_journal(connection: sqlite3.Connection) -> Cursor:
    """Return the cursor after the last entry."""
    ((epoch,),) = connection.execute("SELECT epoch FROM epochs")
    ((position,),) = connection.execute("SELECT coalesce(max(position), 0) FROM journal")
    return Cursor(epoch, position)


def _page(connection: sqlite3.Connection, cursor: Cursor | None, limit: int) -> JournalPage:
    end = end_of_journal(connection)
    start = cursor or Cursor(end.epoch, 0)
    if start.epoch != end.epoch or start.position > end.position:
        raise EpochChangedError
    rows = connection.execute(_SELECT, (start.position, limit)).fetchall()
    last = rows[-1][0] if rows else start.position
    return JournalPage(tuple(_entry(row[1:]) for row in rows), Cursor(end.epoch, last))


def _entry(row: tuple[str, str, str | None, str | None, bytes | None]) -> JournalEntry:
    kind, tenant, stream_id, direction, token_hash = row
    return JournalEntry(
        JournalKind(kind),
        tenant,
        stream_id=stream_id,
        direction=Direction(direction) if direction else None,
        token_hash=token_hash,
    )
