"""Changing a stream's status of our own accord: its receiver is told first (SSF 1.0, 8.1.5)."""

from collections.abc import Callable
from dataclasses import dataclass

from set_transmitter.commands.begin_snapshot import UnknownStreamError
from set_transmitter.commands.growth import Growth
from set_transmitter.domain.outboxes import Outboxes
from set_transmitter.domain.stream_events import StatusChange, stream_updated_event
from set_transmitter.domain.streams import StreamStatus
from set_transmitter.ports.stream_events import StreamEvents


@dataclass(frozen=True, slots=True)
class AnnounceStatus:
    """Logs the stream-updated event and the change that it tells of; `MakeStatusChanges` makes it.

    This is for changes that the transmitter wants: an administrator of ours, a receiver that cannot
    be reached, a stream that nobody uses. What the receiver wants, it asks the registrar for.
    """

    stream_events: StreamEvents
    outboxes: Outboxes
    growth: Growth
    fresh_txn: Callable[[], str]

    async def __call__(
        self, tenant: str, stream_id: str, status: StreamStatus, *, reason: str, now: int
    ) -> set[str]:
        """Return the streams that have something new, once it is durable; none when it is so.

        `now` is in microseconds since 1970. Raises `UnknownStreamError`.
        """
        outbox = self.outboxes.get(stream_id)
        if outbox is None or outbox.stream.tenant != tenant:
            raise UnknownStreamError(f"there is no stream {stream_id}")
        stream = outbox.stream
        if stream.status is status:
            return set()
        change = StatusChange(tenant, stream_id, status, reason, expected=stream.status, asked=now)
        event = stream_updated_event(change, txn=self.fresh_txn(), begins=stream.begins)
        async with self.growth.growing():
            logged = await self.stream_events.announce(change, event)
            return self.outboxes.share_out([logged])
