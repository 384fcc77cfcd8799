"""What the service keeps, wherever it does."""

from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from servicekit.leases import Leases
from servicekit.signals import News
from set_receiver.domain.looks import Pace
from set_receiver.ports.links import Links
from set_receiver.ports.receipt_purging import ReceiptPurging
from set_receiver.ports.receipts import Receipts
from set_receiver.ports.stream_states import StreamStates


@dataclass(frozen=True, slots=True)
class ReceiptStore:
    """An open database: its receipts, and who may do what only one process may."""

    receipts: Receipts
    purging: ReceiptPurging
    states: StreamStates
    links: Links
    leases: Leases
    pace: Pace
    works: Callable[[], Awaitable[bool]]
    follow: Callable[[News], Coroutine[Any, Any, None]]
    """Publishes it when another process has kept receipts; runs until cancelled."""
