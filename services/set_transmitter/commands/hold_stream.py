"""Letting a stream that nobody takes wait until somebody enables it again (ADR 40)."""

from dataclasses import dataclass
from typing import Final

from set_transmitter.commands.announce_status import AnnounceStatus
from set_transmitter.domain.outbox import Outbox
from set_transmitter.domain.streams import StreamStatus

_LONGEST_REASON: Final = 1_000


@dataclass(frozen=True, slots=True)
class HoldStream:
    """Pauses a stream as all are paused that the transmitter pauses: it is announced first."""

    announce: AnnounceStatus

    async def __call__(self, outbox: Outbox, *, reason: str, now: int) -> set[str]:
        """Return the streams that have something new; `now` is in microseconds since 1970.

        Raises `UnknownStreamError` or `StorageError`.
        """
        stream = outbox.stream
        reason = f"held by the transmitter: {reason}"[:_LONGEST_REASON]
        return await self.announce(
            stream.tenant, stream.stream_id, StreamStatus.PAUSED, reason=reason, now=now
        )
