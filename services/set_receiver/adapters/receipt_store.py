"""What the service keeps, wherever it does."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from servicekit.leases import Leases
from set_receiver.domain.looks import Pace
from set_receiver.ports.receipts import Receipts


@dataclass(frozen=True, slots=True)
class ReceiptStore:
    """An open database: its receipts, and who may do what only one process may."""

    receipts: Receipts
    leases: Leases
    pace: Pace
    works: Callable[[], Awaitable[bool]]
