"""Making the changes of status that have been announced."""

from dataclasses import dataclass
from typing import Final

from set_transmitter.domain.outboxes import Outboxes
from set_transmitter.domain.stream_events import AnnouncedChange
from set_transmitter.domain.streams import StreamStatus
from set_transmitter.ports.stream_events import StreamEvents
from set_transmitter.ports.stream_statuses import StreamStatuses

GRACE: Final = 500_000
"""Microseconds that a receiver has to take the event which says that nothing more will come.

Then the event is held with all others: an administrator's pause takes effect within a second.
"""


@dataclass(frozen=True, slots=True)
class MakeStatusChanges:
    """Has the registrar set each status once its receiver was told, or could have been."""

    stream_events: StreamEvents
    statuses: StreamStatuses
    outboxes: Outboxes

    async def __call__(self, *, now: int) -> bool:
        """Tell whether some are not due yet; `now` is in microseconds since 1970."""
        announced = await self.stream_events.announced()
        due = [each for each in announced if self._is_due(each, now=now)]
        for each in due:
            await self.statuses.set(each.change)
            await self.stream_events.conclude(each)
        return len(due) < len(announced)

    def _is_due(self, announced: AnnouncedChange, *, now: int) -> bool:
        change, outbox = announced.change, self.outboxes.get(announced.change.stream_id)
        sends = outbox is not None and outbox.is_sending
        if not sends or change.status is StreamStatus.ENABLED or now - change.asked >= GRACE:
            return True
        return outbox is None or outbox.has_settled(announced.position)
