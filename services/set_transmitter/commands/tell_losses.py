"""Telling receivers what they will never be told (SSF 1.0 section 8.1.5)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from set_transmitter.commands.growth import Growth
from set_transmitter.domain.outboxes import Outboxes
from set_transmitter.domain.stream_events import loss_event
from set_transmitter.ports.stream_events import StreamEvents


@dataclass(frozen=True, slots=True)
class TellLosses:
    """Logs a stream-updated event for each stream that retention has taken something from."""

    stream_events: StreamEvents
    outboxes: Outboxes
    growth: Growth
    fresh_txn: Callable[[], str]

    async def __call__(self, losses: Mapping[str, int], *, now: int) -> set[str]:
        """Return the streams that have something new, once it is durable.

        `losses` are numbers of events by stream; `now` is in microseconds since 1970.
        """
        told: set[str] = set()
        for stream_id, events in losses.items():
            outbox = self.outboxes.get(stream_id)
            if outbox is None:
                continue
            event = loss_event(outbox.stream, events, txn=self.fresh_txn(), now=now)
            async with self.growth.growing():
                logged = await self.stream_events.tell(stream_id, event)
                told |= self.outboxes.share_out([logged])
        return told
