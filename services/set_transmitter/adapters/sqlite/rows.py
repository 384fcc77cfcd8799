"""Events as rows; the column kind has the topic."""

from collections.abc import Sequence
from typing import Any, Final

import orjson

from set_transmitter.domain.events import Event, LoggedEvent, kind_and_type, signal_of_before
from set_transmitter.domain.routed import routed_members, stored_routed

COLUMNS: Final = (
    "position, tenant, kind, committed, resource_type, subject_uri, external_id, txn,"
    " origin_clock, origin_cluster, lineage, version_before, version_after, attributes,"
    " traceparent, data, only_for, state, replaced, routed_key, routed, subject"
)
COLUMN_COUNT: Final = COLUMNS.count(",") + 1


def row_of(logged: LoggedEvent) -> tuple[object, ...]:
    """Return the values of `COLUMNS`."""
    event = logged.event
    return (
        logged.position,
        event.tenant,
        event.topic,
        event.committed,
        event.resource_type,
        event.subject_uri,
        event.external_id,
        event.txn,
        event.origin_clock,
        event.origin_cluster,
        orjson.dumps(event.lineage).decode(),
        event.version_before,
        event.version_after,
        orjson.dumps(event.attributes).decode(),
        event.traceparent,
        event.data,
        logged.only_for,
        event.state,
        event.replaced,
        event.routed.key if event.routed else "",
        orjson.dumps(routed_members(event.routed)).decode() if event.routed else "",
        event.subject,
    )


def logged_event(row: Sequence[Any]) -> LoggedEvent:
    """Return the event of a row of `COLUMNS`."""
    kind, event_type = kind_and_type(row[2])
    event = Event(
        tenant=row[1],
        kind=kind,
        committed=row[3],
        resource_type=row[4],
        subject_uri=row[5],
        external_id=row[6],
        txn=row[7],
        origin_clock=row[8],
        origin_cluster=row[9],
        lineage=tuple(orjson.loads(row[10])),
        version_before=row[11],
        version_after=row[12],
        attributes=tuple(orjson.loads(row[13])),
        traceparent=row[14],
        data=row[15],
        state=row[17],
        replaced=row[18],
        routed=stored_routed(row[19], orjson.loads(row[20]) if row[20] else None),
        event_type=event_type,
        subject=row[21],
    )
    return LoggedEvent(position=row[0], only_for=row[16], event=signal_of_before(event))
