"""The status of streams, which the registrar owns."""

from typing import Protocol

from set_transmitter.domain.stream_events import StatusChange


class StreamStatuses(Protocol):
    """Sets statuses, and knows when streams were managed.

    Each method raises `RemoteUnavailableError` while the registrar is away.
    """

    async def set(self, change: StatusChange) -> None:
        """Set a status, unless it is another by now than was expected, or the stream is gone."""
        ...

    async def unmanaged_seconds(self, tenant: str, stream_id: str) -> int:
        """Return how long no management call has named a stream; 0 when it is gone."""
        ...
