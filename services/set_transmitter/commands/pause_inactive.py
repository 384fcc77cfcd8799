"""Pausing streams that nobody uses (SSF 1.0 section 8.1.1, inactivity_timeout)."""

from dataclasses import dataclass

from set_transmitter.commands.announce_status import AnnounceStatus
from set_transmitter.domain.contacts import Contacts
from set_transmitter.domain.outbox import Outbox
from set_transmitter.domain.outboxes import Outboxes
from set_transmitter.domain.streams import DeliveryMethod, Stream, StreamStatus
from set_transmitter.ports.stream_statuses import StreamStatuses

_MICROSECONDS = 1_000_000


@dataclass(frozen=True, slots=True)
class PauseInactive:
    """Pauses a stream that was neither managed nor polled for as long as its time-out says.

    Polls are known since this process became the active one, at `began`, in microseconds since
    1970: before that somebody else may have answered them.
    """

    outboxes: Outboxes
    contacts: Contacts
    statuses: StreamStatuses
    announce: AnnounceStatus
    began: int

    @property
    def is_any_timed(self) -> bool:
        """Whether a stream may become inactive."""
        return any(_is_timed(outbox) for outbox in self.outboxes)

    async def __call__(self, *, now: int) -> set[str]:
        """Return the streams that have something new. Raises `RemoteUnavailableError`."""
        told: set[str] = set()
        for outbox in self.outboxes:
            if _is_timed(outbox) and await self._is_inactive(outbox.stream, now=now):
                told |= await self._pause(outbox.stream, now=now)
        return told

    async def _is_inactive(self, stream: Stream, *, now: int) -> bool:
        polled = max(self.contacts.last(stream.stream_id), self.began)
        timeout = stream.inactivity_timeout * _MICROSECONDS
        if stream.method is DeliveryMethod.POLL and now - polled < timeout:
            return False
        unmanaged = await self.statuses.unmanaged_seconds(stream.tenant, stream.stream_id)
        return unmanaged >= stream.inactivity_timeout

    async def _pause(self, stream: Stream, *, now: int) -> set[str]:
        reason = f"inactive for {stream.inactivity_timeout} s (inactivity_timeout)"
        return await self.announce(
            stream.tenant, stream.stream_id, StreamStatus.PAUSED, reason=reason, now=now
        )


def _is_timed(outbox: Outbox) -> bool:
    return bool(outbox.stream.inactivity_timeout) and outbox.is_sending
