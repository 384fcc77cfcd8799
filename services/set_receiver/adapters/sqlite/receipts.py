"""Receipts in an embedded database."""

import sqlite3
from collections import Counter
from collections.abc import Mapping, Sequence

from servicekit.coalescing import Coalescer
from servicekit.sqlite import Database
from set_receiver.adapters.sqlite.purging import closed_among
from set_receiver.adapters.sqlite.rows import (
    ARRIVAL,
    STANDING,
    arrival_row,
    receipt,
    standing_row,
)
from set_receiver.domain.receipts import (
    AWAITING,
    DROPPED,
    ERASED,
    NEVER_MIND,
    Arrival,
    PendingReceipt,
    Receipt,
    ReceiptState,
    Selection,
    Standing,
    Tally,
    lane_of,
    settled,
)

_Key = tuple[str, str, int]
_Batch = Sequence[Arrival]

_ADD = f"""
    INSERT INTO receipt ({ARRIVAL}, {STANDING}) VALUES ({", ".join("?" * 19)})
    ON CONFLICT (tenant, stream_id, iss, jti) DO NOTHING
"""  # noqa: S608  the columns are constants
_COUNT = """
    INSERT INTO tally VALUES (?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET receipts = receipts + excluded.receipts
"""
_TO_STANDING = ", ".join(f"{column} = ?" for column in STANDING.split(", "))
_RECORD = f"UPDATE receipt SET {_TO_STANDING} WHERE position = ? AND state = 1"  # noqa: S608  as above
_PENDING = """
    SELECT position, tenant, stream_id, subject_uri, next_attempt FROM receipt
    WHERE state = 1 AND position > ? ORDER BY position LIMIT ?
"""
_OF_SUBJECT = """
    SELECT position FROM receipt
    WHERE tenant = ?1 AND substr(subject_uri, -length(?2)) = ?2 AND token <> ''
"""
_UNLINK_SUBJECT = """
    DELETE FROM link WHERE tenant = ?1 AND substr(subject_uri, -length(?2)) = ?2
"""
_IGNORED = f"state IN ({', '.join(str(int(state)) for state in NEVER_MIND)})"
_ERASE = f"""
    UPDATE receipt SET token = '', next_attempt = 0,
        settled = CASE WHEN {_IGNORED} THEN ?1 ELSE settled END,
        state = CASE WHEN {_IGNORED} THEN {int(ReceiptState.IGNORED)} ELSE state END,
        reason = ?2
    WHERE position = ?3 AND token <> ''
"""  # noqa: S608  numbers
_SELECT = f"SELECT position, {ARRIVAL}, {STANDING} FROM receipt"  # noqa: S608  as above


class SqliteReceipts:
    """Keeps receipts; additions that wait at one moment are written together."""

    def __init__(self, database: Database) -> None:
        self._database = database
        # while one batch is written the next one gathers: the fewer commits, the less each costs
        self._add = Coalescer(self._add_batches, in_flight=1)

    async def add(self, arrivals: Sequence[Arrival]) -> Sequence[bool]:
        """Keep receipts, as the port says."""
        return await self._add(arrivals)

    async def _add_batches(self, batches: Sequence[_Batch]) -> Sequence[Sequence[bool]]:
        arrivals = [arrival for batch in batches for arrival in batch]
        are_new = iter(await self._database.write(lambda connection: _insert(connection, arrivals)))
        return [[next(are_new) for _ in batch] for batch in batches]

    async def record(
        self,
        standings: Mapping[int, Standing],
        *,
        fence: int,  # noqa: ARG002  the file has one process, which no other can take over from
    ) -> None:
        """Change where pending receipts stand."""
        rows = [(*standing_row(at), position) for position, at in standings.items()]
        positions = tuple(standings)

        def record_all(connection: sqlite3.Connection) -> None:
            _count(connection, _states(connection, positions), -1)
            connection.executemany(_RECORD, rows)
            _count(connection, _states(connection, positions), 1)

        await self._database.write(record_all)

    async def pending(self, *, after: int, limit: int) -> Sequence[PendingReceipt]:
        """Return pending receipts after a position."""
        rows = await self._database.read(
            lambda connection: connection.execute(_PENDING, (after, limit)).fetchall()
        )
        return [
            PendingReceipt(
                position, lane_of(tenant, stream_id, subject_uri, position=position), next_attempt
            )
            for position, tenant, stream_id, subject_uri, next_attempt in rows
        ]

    async def read(self, positions: Sequence[int]) -> Sequence[Receipt]:
        """Return the receipts at these positions."""
        return await self._select(f"WHERE {_at(positions)} ORDER BY position", tuple(positions))

    async def page(self, selected: Selection, *, after: int, limit: int) -> Sequence[Receipt]:
        """Return a page of a selection."""
        wanted, values = _of(selected)
        return await self._select(
            f"WHERE {wanted} AND position > ? ORDER BY position LIMIT ?", (*values, after, limit)
        )

    async def reopen(self, positions: Sequence[int]) -> int:
        """Make settled receipts pending again."""

        def reopen_all(connection: sqlite3.Connection) -> int:
            _count(connection, _states(connection, positions), -1)
            settled = f"{_at(positions)} AND state <> {int(AWAITING.state)} AND token <> ''"
            values = (*standing_row(AWAITING), *positions)
            changed = connection.execute(
                f"UPDATE receipt SET {_TO_STANDING} WHERE {settled}",  # noqa: S608  as above
                values,
            )
            _count(connection, _states(connection, positions), 1)
            return changed.rowcount

        return await self._database.write(reopen_all)

    async def drop(self, positions: Sequence[int], *, now: int) -> int:
        """Let dead receipts be ignored."""
        dropped = settled(ReceiptState.IGNORED, DROPPED, now=now)

        def drop_all(connection: sqlite3.Connection) -> int:
            _count(connection, _states(connection, positions), -1)
            dead = f"{_at(positions)} AND state = {int(ReceiptState.DEAD)}"
            changed = connection.execute(
                f"UPDATE receipt SET {_TO_STANDING} WHERE {dead}",  # noqa: S608  as above
                (*standing_row(dropped), *positions),
            )
            _count(connection, _states(connection, positions), 1)
            return changed.rowcount

        return await self._database.write(drop_all)

    async def erase(self, tenant: str, path: str, *, now: int) -> int:
        """Remove the tokens of a subject's receipts."""
        found = await self._database.read(
            lambda connection: connection.execute(_OF_SUBJECT, (tenant, path)).fetchall()
        )
        positions = [position for (position,) in found]

        def erase_all(connection: sqlite3.Connection) -> int:
            connection.execute(_UNLINK_SUBJECT, (tenant, path))
            if not positions:
                return 0
            _count(connection, _states(connection, positions), -1)
            erased = connection.executemany(_ERASE, [(now, ERASED, each) for each in positions])
            _count(connection, _states(connection, positions), 1)
            return erased.rowcount

        return await self._database.write(erase_all)

    async def make_unreadable(self) -> None:
        """Rewrite the file."""
        await self._database.compact()

    async def tallies(self) -> Sequence[Tally]:
        """Return the counts, which are kept with each change."""
        rows = await self._database.read(
            lambda connection: connection.execute(
                "SELECT tenant, stream_id, state, receipts FROM tally WHERE receipts > 0"
            ).fetchall()
        )
        return [
            Tally(tenant, stream_id, ReceiptState(state), receipts)
            for tenant, stream_id, state, receipts in rows
        ]

    async def _select(self, wanted: str, values: tuple[object, ...]) -> Sequence[Receipt]:
        rows = await self._database.read(
            lambda connection: connection.execute(f"{_SELECT} {wanted}", values).fetchall()
        )
        return [receipt(row) for row in rows]


def _insert(connection: sqlite3.Connection, arrivals: _Batch) -> list[bool]:
    awaiting = standing_row(AWAITING)
    closed = closed_among(connection, {arrival.tenant for arrival in arrivals})
    are_new = [
        arrival.tenant not in closed
        and connection.execute(_ADD, (*arrival_row(arrival), *awaiting)).rowcount == 1
        for arrival in arrivals
    ]
    counts = Counter(
        (arrival.tenant, arrival.stream_id, int(AWAITING.state))
        for arrival, is_new in zip(arrivals, are_new, strict=True)
        if is_new
    )
    _count(connection, counts, 1)
    return are_new


def _of(selected: Selection) -> tuple[str, tuple[object, ...]]:
    """Return a condition on receipts, and its values."""
    conditions = ["tenant = ?", "received >= ?", "received < ?"]
    values: list[object] = [selected.tenant, selected.received_from, selected.received_before]
    if selected.stream_id is not None:
        conditions.append("stream_id = ?")
        values.append(selected.stream_id)
    if selected.state is not None:
        # literally, as the partial indexes have it
        conditions.append(f"state = {int(selected.state)}")
    return " AND ".join(conditions), tuple(values)


def _states(connection: sqlite3.Connection, positions: Sequence[int]) -> Counter[_Key]:
    """Count receipts by tenant, stream and state."""
    found = connection.execute(
        f"SELECT tenant, stream_id, state FROM receipt WHERE {_at(positions)}",  # noqa: S608  as above
        positions,
    )
    return Counter(found)


def _count(connection: sqlite3.Connection, counts: Counter[_Key], sign: int) -> None:
    connection.executemany(_COUNT, [(*key, sign * count) for key, count in counts.items()])


def _at(positions: Sequence[int]) -> str:
    return f"position IN ({', '.join('?' * len(positions))})"
