"""A receipt as a row."""

from dataclasses import fields
from typing import Any, Final

from set_receiver.domain.receipts import Arrival, Receipt, ReceiptState, Standing

ARRIVAL: Final = (
    "tenant, stream_id, iss, jti, token, txn, event_type, subject_uri, origin_clock, received,"
    " traceparent, handling"
)
STANDING: Final = "state, reason, settled, attempts, first_failed, next_attempt, routed"
_ARRIVAL_COLUMNS: Final = len(fields(Arrival))


def arrival_row(arrival: Arrival) -> tuple[object, ...]:
    """Return the values of the columns `ARRIVAL`."""
    return (
        arrival.tenant,
        arrival.stream_id,
        arrival.iss,
        arrival.jti,
        arrival.token,
        arrival.txn,
        arrival.event_type,
        arrival.subject_uri,
        arrival.origin_clock,
        arrival.received,
        arrival.traceparent,
        arrival.handling,
    )


def standing_row(standing: Standing) -> tuple[object, ...]:
    """Return the values of the columns `STANDING`."""
    return (
        int(standing.state),
        standing.reason,
        standing.settled,
        standing.attempts,
        standing.first_failed,
        standing.next_attempt,
        standing.routed,
    )


def receipt(row: tuple[Any, ...]) -> Receipt:
    """Return the receipt of a row: its position, and then both groups of columns."""
    position, *columns = row
    arrival, (state, *standing) = columns[:_ARRIVAL_COLUMNS], columns[_ARRIVAL_COLUMNS:]
    return Receipt(position, Arrival(*arrival), Standing(ReceiptState(state), *standing))
