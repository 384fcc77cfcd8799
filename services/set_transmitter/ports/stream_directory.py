"""The stream configurations, which the registrar owns."""

from collections.abc import Sequence
from typing import Protocol

from set_transmitter.domain.streams import Stream


class StreamDirectory(Protocol):
    """Tells which transmit streams there are now."""

    async def list(self) -> tuple[Sequence[Stream], str]:
        """Return all streams, and the journal cursor at which that was so."""
        ...

    async def get(self, tenant: str, stream_id: str) -> Stream | None:
        """Return one stream; None when there is none that transmits."""
        ...

    async def receives(self, tenant: str, stream_id: str) -> bool:
        """Tell whether a stream is there, and receives."""
        ...
