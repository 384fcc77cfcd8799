"""Letting a stream wait until somebody enables it again."""

from typing import Protocol

from set_transmitter.domain.streams import Stream


class HoldingUnavailableError(Exception):
    """The stream could not be held just now."""

    reason = "HOLDING_UNAVAILABLE"


class Holding(Protocol):
    """Pauses streams where their status is kept."""

    async def hold(self, stream: Stream, *, reason: str) -> None:
        """Pause a stream, unless somebody has changed it meanwhile; its events are kept.

        Raises `HoldingUnavailableError`.
        """
        ...
