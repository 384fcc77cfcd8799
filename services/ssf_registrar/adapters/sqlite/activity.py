"""What receivers do with their streams, in SQLite: columns of the streams' rows."""

import sqlite3
from typing import Final

from servicekit.signals import News
from servicekit.sqlite import Database
from ssf_registrar.adapters.sqlite.journal import record
from ssf_registrar.domain.errors import StreamNotFoundError
from ssf_registrar.domain.journal import JournalEntry, JournalKind
from ssf_registrar.domain.streams import Stream
from ssf_registrar.domain.verifications import Verification, check_interval

_OF_STREAM: Final = "WHERE tenant = ? AND stream_id = ?"
_VERIFIED: Final = f"SELECT verified FROM streams {_OF_STREAM}"  # noqa: S608  a constant
_NOTE_VERIFIED: Final = f"UPDATE streams SET verified = ? {_OF_STREAM}"  # noqa: S608  as above
_MANAGED: Final = f"SELECT managed FROM streams {_OF_STREAM}"  # noqa: S608  as above
_NOTE_MANAGED: Final = f"UPDATE streams SET managed = max(managed, ?) {_OF_STREAM}"  # noqa: S608


class SqliteActivity:
    """Implements the port `Activity`."""

    def __init__(self, database: Database, news: News) -> None:
        self._database = database
        self._news = news

    async def request_verification(self, stream: Stream, verification: Verification) -> None:
        """Journal a request, unless it comes too soon."""
        names = (stream.tenant, stream.stream_id)

        def write(connection: sqlite3.Connection) -> None:
            row = connection.execute(_VERIFIED, names).fetchone()
            if row is None:
                raise StreamNotFoundError(stream.stream_id)
            check_interval(stream, last=row[0], now=verification.requested)
            connection.execute(_NOTE_VERIFIED, (verification.requested, *names))
            record(
                connection,
                JournalEntry(
                    JournalKind.VERIFICATION_REQUESTED,
                    *names,
                    direction=stream.direction,
                    verification=verification,
                ),
            )

        await self._database.write(write)
        self._news.publish()

    async def note_managed(self, tenant: str, stream_id: str, *, at: int) -> None:
        """Note a management call."""
        await self._database.write(
            lambda connection: connection.execute(_NOTE_MANAGED, (at, tenant, stream_id))
        )

    async def managed(self, tenant: str, stream_id: str) -> int:
        """Return the time of the last one."""
        row = await self._database.read(
            lambda connection: connection.execute(_MANAGED, (tenant, stream_id)).fetchone()
        )
        return row[0] if row else 0
