"""A receipt as a document: its members lie side by side, and `_id` is its position.

One of an earlier release lacks `handling` and `routed`.
"""

from dataclasses import asdict, fields
from typing import Final

from servicekit.mongo import Document
from set_receiver.domain.receipts import (
    AWAITING,
    Arrival,
    PendingReceipt,
    Receipt,
    ReceiptState,
    Standing,
    lane_of,
)

_ARRIVAL: Final = tuple(member.name for member in fields(Arrival))
_STANDING: Final = tuple(member.name for member in fields(Standing) if member.name != "state")


def new_document(position: int, arrival: Arrival) -> Document:
    """Return the document of a receipt that has just arrived."""
    return {"_id": position, **asdict(arrival), **standing_members(AWAITING)}


def standing_members(standing: Standing) -> Document:
    """Return the members that say where a receipt stands."""
    return {**asdict(standing), "state": int(standing.state)}


def receipt(document: Document) -> Receipt:
    """Return the receipt that a document keeps."""
    return Receipt(
        document["_id"],
        Arrival(**{name: document.get(name, "") for name in _ARRIVAL}),
        Standing(
            ReceiptState(document["state"]), **{name: document.get(name, "") for name in _STANDING}
        ),
    )


def pending_receipt(document: Document) -> PendingReceipt:
    """Return what an index entry of `receipt_pending` tells."""
    position = document["_id"]
    lane = lane_of(
        document["tenant"], document["stream_id"], document["subject_uri"], position=position
    )
    return PendingReceipt(position, lane, document["next_attempt"])
