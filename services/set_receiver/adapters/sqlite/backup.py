"""What a copy of the receipts is checked by."""

import sqlite3
from collections.abc import Iterator

from secevent.subjects import resource_of
from set_receiver.domain.receipts import ReceiptState

_APPLIED = """
    SELECT tenant, subject_uri, origin_clock FROM receipt
    WHERE state = ? ORDER BY position DESC LIMIT ?
"""


def last_applied(connection: sqlite3.Connection, *, limit: int) -> Iterator[tuple[str, str, int]]:
    """Give the tenant, the resource's id and the origin's clock of the last applied events."""
    for tenant, uri, clock in connection.execute(_APPLIED, (ReceiptState.APPLIED, limit)):
        _, resource_id = resource_of({"format": "scim", "uri": uri})
        yield tenant, resource_id, clock
