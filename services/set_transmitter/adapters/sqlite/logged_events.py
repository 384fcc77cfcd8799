"""Reading the log in SQLite."""

from collections.abc import Sequence
from typing import Any, Final

from servicekit.sqlite import Database
from set_transmitter.adapters.sqlite.rows import COLUMNS, logged_event
from set_transmitter.domain.events import LoggedEvent
from set_transmitter.domain.logged_events import StreamStanding, standing_of
from set_transmitter.domain.streams import Stream

_SELECT: Final = f"SELECT {COLUMNS} FROM event WHERE tenant = ?"  # noqa: S608  a constant
_STANDINGS: Final = """
    SELECT stream.stream_id, cursor, delivery.position, jwt, dead_letter.position
    FROM stream
    LEFT JOIN delivery ON delivery.stream_id = stream.stream_id AND delivery.position = ?2
    LEFT JOIN dead_letter ON dead_letter.stream_id = stream.stream_id AND dead_letter.position = ?2
    WHERE stream.tenant = ?1 ORDER BY stream.stream_id
"""


class SqliteLoggedEvents:
    """Reads rows by the index of their tenant."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def after(
        self, tenant: str, position: int, *, limit: int, stream: Stream | None
    ) -> Sequence[LoggedEvent]:
        """Return the events after a position."""
        condition, values = _delivered_by(stream)
        return await self._select(
            f"{_SELECT} AND position > ?{condition} ORDER BY position LIMIT ?",
            (tenant, position, *values, limit),
        )

    async def newest(
        self, tenant: str, *, limit: int, stream: Stream | None
    ) -> Sequence[LoggedEvent]:
        """Return the last events."""
        condition, values = _delivered_by(stream)
        found = await self._select(
            f"{_SELECT}{condition} ORDER BY position DESC LIMIT ?", (tenant, *values, limit)
        )
        return found[::-1]

    async def get(self, tenant: str, position: int) -> LoggedEvent | None:
        """Return one event."""
        found = await self._select(f"{_SELECT} AND position = ?", (tenant, position))
        return found[0] if found else None

    async def standings(self, tenant: str, position: int) -> Sequence[StreamStanding]:
        """Return where an event stands."""
        rows = await self._database.read(
            lambda c: c.execute(_STANDINGS, (tenant, position)).fetchall()
        )
        return [
            StreamStanding(
                stream_id,
                standing_of(
                    is_settled=position <= cursor or (noted is not None and jwt is None),
                    is_kept=jwt is not None,
                    is_set_aside=letter is not None,
                ),
            )
            for stream_id, cursor, noted, jwt, letter in rows
        ]

    async def _select(self, statement: str, values: tuple[object, ...]) -> list[LoggedEvent]:
        rows = await self._database.read(lambda c: c.execute(statement, values).fetchall())
        return [logged_event(row) for row in rows]


def _delivered_by(stream: Stream | None) -> tuple[str, tuple[Any, ...]]:
    if stream is None:
        return "", ()
    topics = sorted(stream.topics)
    condition = (
        f" AND committed >= ? AND kind IN ({', '.join('?' * len(topics))}) AND only_for IN ('', ?)"
    )
    return condition, (stream.begins, *topics, stream.stream_id)
