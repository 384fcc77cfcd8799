"""Erasing in SQLite."""

import sqlite3
from collections.abc import Callable
from typing import Final

from secevent.scim_events import DELETE
from servicekit.sqlite import Database
from set_transmitter.domain.erasures import Erasure, Removed
from set_transmitter.domain.events import OUTLIVING_SIGNALS

_SUBJECT: Final = "tenant = :tenant AND substr(subject_uri, -length(:path)) = :path"
# as Event.outlives_erasure has it
_SIGNALS: Final = ", ".join(f"'{uri}'" for uri in sorted(OUTLIVING_SIGNALS))
_OUTLIVES: Final = f"(kind = 'delete' OR kind IN ({_SIGNALS}) AND resource_type <> '')"
_POSITIONS: Final = f"""
    SELECT position, {_OUTLIVES} FROM event
    WHERE {_SUBJECT} AND kind <> 'erased' AND origin_clock <= :through
"""  # noqa: S608  constants
# No stream asks for the kind "erased", so every one passes over it.
_SCRUB: Final = f"""
    UPDATE event SET external_id = '', subject = NULL, state = NULL, replaced = NULL, routed = '',
        data = CASE WHEN {_OUTLIVES} THEN data END,
        attributes = CASE WHEN {_OUTLIVES} THEN attributes ELSE '[]' END,
        kind = CASE WHEN {_OUTLIVES} THEN kind ELSE 'erased' END
    WHERE position = ?
"""  # noqa: S608  constants
_FORGET_SETS: Final = """
    DELETE FROM delivery WHERE position = ? AND jwt IS NOT NULL
"""
_FORGET_SETTLED: Final = """
    DELETE FROM delivery
    WHERE position = ? AND position IN (SELECT position FROM event WHERE kind = 'erased')
"""
_OF_TENANT: Final = """
    substr(subject_uri, -length(:path)) = :path
    AND stream_id IN (SELECT stream_id FROM stream WHERE tenant = :tenant)
"""
_FORGET_LETTERS: Final = f"DELETE FROM dead_letter WHERE event_type <> :delete AND {_OF_TENANT}"  # noqa: S608  constants
_SCRUB_LETTERS: Final = f"UPDATE dead_letter SET description = '' WHERE {_OF_TENANT}"  # noqa: S608  constants


class SqliteErasing:
    """Empties the rows of events; `forget` lets nothing be shared that was read before."""

    def __init__(self, database: Database, *, forget: Callable[[], None]) -> None:
        self._database = database
        self._forget = forget

    async def erase(self, erasure: Erasure) -> Removed:
        """Erase what the log has of a resource."""
        named = {"tenant": erasure.tenant, "path": erasure.path}
        through = {**named, "through": erasure.through}
        # Looked for by a reader, as nobody may write meanwhile.
        found = await self._database.read(lambda c: c.execute(_POSITIONS, through).fetchall())
        rows = [(position,) for position, _ in found]
        events = sum(not outlives for _, outlives in found)

        def write(connection: sqlite3.Connection) -> Removed:
            if rows:
                connection.executemany(_SCRUB, rows)
                sets = connection.executemany(_FORGET_SETS, rows).rowcount
                connection.executemany(_FORGET_SETTLED, rows)
            letters = connection.execute(_FORGET_LETTERS, {**named, "delete": DELETE}).rowcount
            connection.execute(_SCRUB_LETTERS, named)
            return Removed(events=events, sets=sets if rows else 0, dead_letters=letters)

        removed = await self._database.write(write)
        self._forget()
        return removed

    async def make_unreadable(self) -> None:
        """Rewrite the file."""
        await self._database.compact()
