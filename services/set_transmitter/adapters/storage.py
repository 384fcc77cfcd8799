"""Where the event log is kept, and which replica may write to it."""

from dataclasses import dataclass
from typing import Protocol

from servicekit.leases import Held, Work
from set_transmitter.ports.dead_letters import DeadLetters
from set_transmitter.ports.deliveries import Deliveries
from set_transmitter.ports.erasing import Erasing
from set_transmitter.ports.event_log import EventLog
from set_transmitter.ports.logged_events import LoggedEvents
from set_transmitter.ports.resets import Resets
from set_transmitter.ports.retention import Retention
from set_transmitter.ports.snapshots import Snapshots
from set_transmitter.ports.stream_events import StreamEvents
from set_transmitter.ports.tenant_records import TenantRecords


@dataclass(frozen=True, slots=True)
class Logbook:
    """The event log, what has been delivered of it, its snapshots, and what removes of it."""

    log: EventLog
    deliveries: Deliveries
    snapshots: Snapshots
    erasing: Erasing
    tenant_records: TenantRecords
    stream_events: StreamEvents
    dead_letters: DeadLetters
    resets: Resets
    retention: Retention
    logged_events: LoggedEvents


class Storage(Protocol):
    """One of the stores that there are."""

    is_shared: bool
    """Whether several replicas may run on it, of which one is active."""

    async def open_log(self, held: Held, *, epoch: str) -> Logbook:
        """Return what is written to under a lease; a new log gets its name."""
        ...

    async def lead(self, work: Work) -> None:
        """Do `work` whenever this replica is the active one; runs until it is cancelled."""
        ...

    async def works(self) -> bool:
        """Whether the store answers."""
        ...
