"""Where the event log is kept, and which replica may write to it."""

from typing import Protocol

from servicekit.leases import Held, Work
from set_transmitter.ports.deliveries import Deliveries
from set_transmitter.ports.event_log import EventLog


class Storage(Protocol):
    """One of the stores that there are."""

    is_shared: bool
    """Whether several replicas may run on it, of which one is active."""

    async def open_log(self, held: Held, *, epoch: str) -> tuple[EventLog, Deliveries]:
        """Return the log and its deliveries, written to under a lease; a new log gets its name."""
        ...

    async def lead(self, work: Work) -> None:
        """Do `work` whenever this replica is the active one; runs until it is cancelled."""
        ...

    async def works(self) -> bool:
        """Whether the store answers."""
        ...
