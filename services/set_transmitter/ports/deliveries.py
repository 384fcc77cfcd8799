"""What has been delivered of the log, per stream."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from set_transmitter.domain.progress import DeadLetter, Page, Progress, StoredProgress
from set_transmitter.domain.streams import Stream


class Deliveries(Protocol):
    """Keeps, for each stream, a cursor on the log and what differs from it above the cursor.

    What a method has returned from is durable.
    """

    async def stream_ids(self) -> frozenset[str]:
        """Return the streams that have been opened and not removed."""
        ...

    async def open(self, stream: Stream) -> StoredProgress:
        """Return a stream's progress; a new stream starts before the first event of its time."""
        ...

    async def read(self, stream: Stream, *, after: int, limit: int) -> Page:
        """Return the first unsettled events of a stream after a position, with the JWTs kept."""
        ...

    async def keep(self, stream_id: str, jwts: Mapping[int, str]) -> None:
        """Keep signed SETs by their position until they are settled; the first one kept stays."""
        ...

    async def record(self, progress: Sequence[Progress]) -> None:
        """Settle SETs that were kept, in one transaction; repeated, it changes nothing more.

        A cursor never goes back. A stream that has been removed stays so.
        """
        ...

    async def remove(self, stream_id: str) -> None:
        """Forget a stream and all that was kept for it."""
        ...

    async def dead_letters(self, tenant: str, stream_id: str | None) -> list[DeadLetter]:
        """Return what was set aside for a tenant's streams, or one of them, oldest first."""
        ...
