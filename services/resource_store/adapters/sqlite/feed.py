"""The change feed: rows in the order of their commits, as there is one writer."""

import sqlite3
from collections.abc import Iterable
from typing import Any

import orjson

from resource_store.domain.changes import Activation, Change, ChangeKind, FeedEntry
from resource_store.domain.resources import Ref, Stamp

_MAX_BYTES = 8 * 1024 * 1024

_APPEND = """
    INSERT INTO changes (clock, tenant, resource_type, id, kind, txn, origin_clock, origin_cluster,
        lineage, version_before, version_after, data, attributes, external_id, activation,
        traceparent, committed, routed, state, replaced)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_END = """
    SELECT max(
        coalesce((SELECT max(position) FROM changes), 0),
        coalesce((SELECT CAST(value AS INTEGER) FROM meta WHERE name = 'purged_position'), 0)
    )
"""
_CLOCK = """
    SELECT max(
        coalesce((SELECT clock FROM changes ORDER BY position DESC LIMIT 1), 0),
        coalesce((SELECT CAST(value AS INTEGER) FROM meta WHERE name = 'purged_clock'), 0)
    )
"""
_KEEP = """
    INSERT INTO meta (name, value) VALUES (?1, ?2) ON CONFLICT (name)
    DO UPDATE SET value = ?2 WHERE CAST(value AS INTEGER) < CAST(?2 AS INTEGER)
"""
_AFTER = """
    SELECT position, tenant, resource_type, id, kind, txn, origin_clock, origin_cluster,
        lineage, version_before, version_after, data, attributes, external_id, activation,
        traceparent, committed, routed, erased, state, replaced
    FROM changes WHERE position > ? ORDER BY position LIMIT ?
"""


def append(connection: sqlite3.Connection, changes: Iterable[tuple[Change, int]]) -> None:
    """Add changes, each with the latest clock reading that the store has seen, its own included."""
    connection.executemany(_APPEND, [_row(change, clock) for change, clock in changes])


def entries_after(connection: sqlite3.Connection, position: int, *, limit: int) -> list[FeedEntry]:
    """Return the next changes: at most `limit`, and no more than fit one message."""
    entries: list[FeedEntry] = []
    size = 0
    for row in connection.execute(_AFTER, (position, limit)):
        entry = _entry(row)
        size += entry.change.size
        if entries and size > _MAX_BYTES:
            break
        entries.append(entry)
    return entries


def end(connection: sqlite3.Connection) -> int:
    """Return the position of the last change, be it still there or purged with its tenant."""
    (position,) = connection.execute(_END).fetchone()
    return int(position)


def last_clock(connection: sqlite3.Connection) -> int:
    """Return the latest clock reading that the store has seen."""
    (clock,) = connection.execute(_CLOCK).fetchone()
    return int(clock)


def keep_end(connection: sqlite3.Connection, *, position: int, clock: int) -> None:
    """Let `end` and `last_clock` know of changes that are about to be purged."""
    connection.executemany(
        _KEEP, [("purged_position", str(position)), ("purged_clock", str(clock))]
    )


def _row(change: Change, clock: int) -> tuple[object, ...]:
    return (
        clock,
        change.tenant,
        change.ref.resource_type,
        change.ref.id,
        change.kind.name,
        change.txn,
        change.origin.clock,
        change.origin.cluster,
        orjson.dumps(change.lineage).decode(),
        change.version_before,
        change.version_after,
        change.data,
        orjson.dumps(change.attributes).decode(),
        change.external_id,
        change.activation.name,
        change.traceparent,
        change.committed,
        change.routed,
        change.state,
        change.replaced,
    )


def _entry(row: tuple[Any, ...]) -> FeedEntry:
    change = Change(
        tenant=row[1],
        ref=Ref(row[2], row[3]),
        kind=ChangeKind[row[4]],
        txn=row[5],
        origin=Stamp(row[6], row[7]),
        lineage=tuple(orjson.loads(row[8])),
        version_before=row[9],
        version_after=row[10],
        data=row[11],
        attributes=tuple(orjson.loads(row[12])),
        external_id=row[13],
        activation=Activation[row[14]],
        traceparent=row[15],
        committed=row[16],
        routed=bool(row[17]),
        erased=bool(row[18]),
        state=row[19],
        replaced=row[20],
    )
    return FeedEntry(row[0], change)
