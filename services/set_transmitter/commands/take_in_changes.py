"""Taking in the change feed."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from set_transmitter.commands.growth import Growth
from set_transmitter.domain.closed_tenants import ClosedTenants
from set_transmitter.domain.events import Change, events_of
from set_transmitter.domain.outboxes import Outboxes
from set_transmitter.ports.event_log import EventLog


@dataclass(frozen=True, slots=True)
class TakeInChanges:
    """Logs what changes tell of, and shares it out."""

    log: EventLog
    outboxes: Outboxes
    growth: Growth
    closed: ClosedTenants = field(default_factory=ClosedTenants)

    async def begin(self) -> tuple[set[str], str]:
        """Return the cursor to go on from, and the streams for which the log has had more."""
        return self.outboxes.reach(await self.log.end()), await self.log.feed_cursor()

    async def __call__(self, changes: Sequence[Change], *, feed_cursor: str) -> set[str]:
        """Return the streams that have something new, once it is durable."""
        told = [event for change in changes for event in events_of(change)]
        async with self.growth.growing():
            # Not before its turn: something may have been erased or closed meanwhile.
            passing = map(self.outboxes.erasures.let_through, told)
            events = [
                event for event in passing if event is not None and event.tenant not in self.closed
            ]
            logged = await self.log.append(events, feed_cursor=feed_cursor)
            return self.outboxes.share_out(logged)
