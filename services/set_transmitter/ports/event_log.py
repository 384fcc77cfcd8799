"""The append-only log of what happened."""

from collections.abc import Sequence
from typing import Protocol

from set_transmitter.domain.events import Event, LoggedEvent
from set_transmitter.domain.publications import Earlier, Publication


class EventLog(Protocol):
    """Holds events in the order in which they happened, at positions that grow by one."""

    async def epoch(self) -> str:
        """Return the log's random name, given when it was made or restored."""
        ...

    async def end(self) -> int:
        """Return the position of the last event; 0 when there is none."""
        ...

    async def feed_cursor(self) -> str:
        """Return the cursor up to which the change feed has been taken in; empty: not at all."""
        ...

    async def append(self, events: Sequence[Event], *, feed_cursor: str) -> list[LoggedEvent]:
        """Make the events, and the cursor that they were read up to, durable in one transaction."""
        ...

    async def add_routed(self, events: Sequence[Event]) -> list[LoggedEvent]:
        """Make durable those routed events whose key the log does not have yet, and return them.

        One transaction looks and adds; the cursor on the change feed stays.
        """
        ...

    async def publish(
        self, publications: Sequence[Publication], *, at: int
    ) -> list[LoggedEvent | Earlier]:
        """Make events of applications durable in one transaction, and leave the feed's cursor.

        For one that is known by its identity there is what was published first. `at` counts
        microseconds since 1970; what is older than `REMEMBERED` then is known no more.
        """
        ...
