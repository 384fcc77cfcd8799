"""Reading the log, for an administrator."""

from collections.abc import Sequence
from typing import Protocol

from set_transmitter.domain.events import LoggedEvent
from set_transmitter.domain.logged_events import StreamStanding
from set_transmitter.domain.streams import Stream


class LoggedEvents(Protocol):
    """Reads what one tenant has in the log."""

    async def after(
        self, tenant: str, position: int, *, limit: int, stream: Stream | None
    ) -> Sequence[LoggedEvent]:
        """Return the first events after a position, of all or of those that a stream delivers."""
        ...

    async def newest(
        self, tenant: str, *, limit: int, stream: Stream | None
    ) -> Sequence[LoggedEvent]:
        """Return the last events, in the order of the log."""
        ...

    async def get(self, tenant: str, position: int) -> LoggedEvent | None:
        """Return one event; None where there is none of the tenant, or none any more."""
        ...

    async def standings(self, tenant: str, position: int) -> Sequence[StreamStanding]:
        """Return where an event would stand for each stream of the tenant, by stream id."""
        ...
