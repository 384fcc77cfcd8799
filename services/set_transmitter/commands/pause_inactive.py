"""Pausing streams that nobody uses (SSF 1.0 section 8.1.1, inactivity_timeout)."""

from collections.abc import Iterable
from dataclasses import dataclass, field

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
    _not_before: dict[tuple[str, int], int] = field(default_factory=dict)
    """By stream and time-out, when it can be inactive at the earliest, as the registrar said."""

    @property
    def is_any_timed(self) -> bool:
        """Whether a stream may become inactive."""
        return any(_is_timed(outbox) for outbox in self.outboxes)

    async def __call__(self, *, now: int) -> set[str]:
        """Return the streams that have something new. Raises `RemoteUnavailableError`."""
        told: set[str] = set()
        timed = [outbox.stream for outbox in self.outboxes if _is_timed(outbox)]
        self._forget_all_but(timed)
        for stream in timed:
            if await self._is_inactive(stream, now=now):
                told |= await self._pause(stream, now=now)
        return told

    async def _is_inactive(self, stream: Stream, *, now: int) -> bool:
        polled = max(self.contacts.last(stream.stream_id), self.began)
        timeout = stream.inactivity_timeout * _MICROSECONDS
        if stream.method is DeliveryMethod.POLL and now - polled < timeout:
            return False
        if now < self._not_before.get(_key(stream), 0):
            return False
        unmanaged = await self.statuses.unmanaged_seconds(stream.tenant, stream.stream_id)
        left = stream.inactivity_timeout - unmanaged
        self._not_before[_key(stream)] = now + left * _MICROSECONDS
        return left <= 0

    def _forget_all_but(self, timed: Iterable[Stream]) -> None:
        kept = {_key(stream) for stream in timed}
        for gone in self._not_before.keys() - kept:
            del self._not_before[gone]

    async def _pause(self, stream: Stream, *, now: int) -> set[str]:
        # it is announced once, also where the registrar is slow to set it
        self._not_before[_key(stream)] = now + stream.inactivity_timeout * _MICROSECONDS
        reason = f"inactive for {stream.inactivity_timeout} s (inactivity_timeout)"
        return await self.announce(
            stream.tenant, stream.stream_id, StreamStatus.PAUSED, reason=reason, now=now
        )


def _key(stream: Stream) -> tuple[str, int]:
    return stream.stream_id, stream.inactivity_timeout


def _is_timed(outbox: Outbox) -> bool:
    return bool(outbox.stream.inactivity_timeout) and outbox.is_sending
