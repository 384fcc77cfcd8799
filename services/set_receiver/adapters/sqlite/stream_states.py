"""What is known of receive streams, in the file of the receipts."""

import sqlite3
from collections.abc import Mapping
from typing import Final

from servicekit.sqlite import Database
from set_receiver.domain.stream_states import MOST_ASKED, RemoteStatus

_ASK: Final = "INSERT INTO asked_state (tenant, stream_id, state) VALUES (?, ?, ?)"
_FORGET_OLDER: Final = """
    DELETE FROM asked_state WHERE tenant = ?1 AND stream_id = ?2 AND number NOT IN (
        SELECT number FROM asked_state WHERE tenant = ?1 AND stream_id = ?2
        ORDER BY number DESC LIMIT ?3
    )
"""
_ASKED: Final = "SELECT state FROM asked_state WHERE tenant = ? AND stream_id = ?"
_NOTE: Final = """
    INSERT INTO remote_status SELECT ?1, ?2, ?3, ?4, ?5
    WHERE NOT EXISTS (SELECT 1 FROM closed_tenant WHERE tenant = ?1)
    ON CONFLICT DO UPDATE SET status = excluded.status, reason = excluded.reason,
        told = excluded.told WHERE told <= excluded.told
"""
_STATUSES: Final = "SELECT stream_id, status, reason, told FROM remote_status WHERE tenant = ?"


class SqliteStreamStates:
    """Implements the port `StreamStates`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def ask(self, tenant: str, stream_id: str, state: str) -> None:
        """Remember a state, and forget the oldest."""

        def write(connection: sqlite3.Connection) -> None:
            connection.execute(_ASK, (tenant, stream_id, state))
            connection.execute(_FORGET_OLDER, (tenant, stream_id, MOST_ASKED))

        await self._database.write(write)

    async def asked(self, tenant: str, stream_id: str) -> frozenset[str]:
        """Return the states of a stream."""
        rows = await self._database.read(
            lambda connection: connection.execute(_ASKED, (tenant, stream_id)).fetchall()
        )
        return frozenset(state for (state,) in rows)

    async def note_status(self, tenant: str, stream_id: str, status: RemoteStatus) -> None:
        """Keep a status that is not older than the one kept."""
        row = (tenant, stream_id, status.status, status.reason, status.told)
        await self._database.write(lambda connection: connection.execute(_NOTE, row))

    async def statuses(self, tenant: str) -> Mapping[str, RemoteStatus]:
        """Return the statuses of a tenant's streams."""
        rows = await self._database.read(
            lambda connection: connection.execute(_STATUSES, (tenant,)).fetchall()
        )
        return {stream_id: RemoteStatus(*status) for stream_id, *status in rows}
