"""Taking in the change feed."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from set_transmitter.commands.growth import Growth
from set_transmitter.domain.closed_tenants import ClosedTenants
from set_transmitter.domain.derived_signals import asks_for_authority, signals_of
from set_transmitter.domain.events import Change, Event, events_of
from set_transmitter.domain.outboxes import Outboxes
from set_transmitter.ports.authorities import Authorities
from set_transmitter.ports.event_log import EventLog


@dataclass(frozen=True, slots=True)
class TakeInChanges:
    """Logs what changes tell of, and shares it out."""

    log: EventLog
    outboxes: Outboxes
    growth: Growth
    authorities: Authorities
    closed: ClosedTenants = field(default_factory=ClosedTenants)

    async def begin(self) -> tuple[set[str], str]:
        """Return the cursor to go on from, and the streams for which the log has had more."""
        return self.outboxes.reach(await self.log.end()), await self.log.feed_cursor()

    async def __call__(self, changes: Sequence[Change], *, feed_cursor: str) -> set[str]:
        """Return the streams that have something new, once it is durable."""
        told = await self._events_of(changes)
        async with self.growth.growing():
            # Not before its turn: something may have been erased or closed meanwhile.
            passing = map(self.outboxes.erasures.let_through, told)
            events = [
                event for event in passing if event is not None and event.tenant not in self.closed
            ]
            logged = await self.log.append(events, feed_cursor=feed_cursor)
            return self.outboxes.share_out(logged)

    async def _events_of(self, changes: Sequence[Change]) -> list[Event]:
        """Return what each change tells of: its SCIM events, then its signals."""
        is_asked = any(map(asks_for_authority, changes))
        authorities = await self.authorities.all() if is_asked else frozenset[str]()
        told: list[Event] = []
        for change in changes:
            is_authority = change.event.tenant in authorities
            told += events_of(change) + signals_of(change, is_authority=is_authority)
        return told
