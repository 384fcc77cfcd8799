"""Sending on what was received."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from set_transmitter.commands.growth import Growth
from set_transmitter.domain.closed_tenants import ClosedTenants
from set_transmitter.domain.events import Event
from set_transmitter.domain.outboxes import Outboxes
from set_transmitter.domain.received_sets import ReceivedSet, events_to_log
from set_transmitter.ports.event_log import EventLog


@dataclass(frozen=True, slots=True)
class RouteResult:
    """How many events the log has of a SET, and whether they were there before."""

    events: int
    is_repeated: bool


@dataclass(frozen=True, slots=True)
class RouteSets:
    """Logs what received SETs tell, each once, and shares it out."""

    log: EventLog
    outboxes: Outboxes
    growth: Growth
    closed: ClosedTenants
    clock: Callable[[], int]
    """Microseconds since 1970."""

    async def __call__(self, sets: Sequence[ReceivedSet]) -> tuple[Sequence[RouteResult], set[str]]:
        """Return a result for each SET, once it is durable, and the streams with something new."""
        now = self.clock()
        async with self.growth.growing():
            told = [self._to_tell(received, now) for received in sets]
            logged = await self.log.add_routed([event for events in told for event in events])
            known = {each.event.routed.key for each in logged if each.event.routed}
            results = [_result(events, known) for events in told]
            if any(result.is_repeated for result in results):
                # it may be there because nobody learned of a success
                behind = self.outboxes.reach(await self.log.end() - len(logged))
            else:
                behind = set()
            return results, behind | self.outboxes.share_out(logged)

    def _to_tell(self, received: ReceivedSet, now: int) -> list[Event]:
        if received.tenant in self.closed:
            return []
        passing = map(self.outboxes.erasures.let_through, events_to_log(received, now=now))
        return [event for event in passing if event is not None]


def _result(events: Sequence[Event], new: set[str]) -> RouteResult:
    keys = {event.routed.key for event in events if event.routed}
    return RouteResult(len(events), is_repeated=bool(keys) and keys.isdisjoint(new))
