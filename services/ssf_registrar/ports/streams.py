"""Where stream configurations are kept."""

from dataclasses import dataclass
from typing import Protocol

from ssf_registrar.domain.journal import Cursor
from ssf_registrar.domain.streams import Direction, Stream


class StaleStreamError(Exception):
    """The stored stream is not the one that a change was made from."""


@dataclass(frozen=True, slots=True)
class StreamSnapshot:
    """Streams, and the journal cursor at which this is what there was."""

    streams: tuple[Stream, ...]
    cursor: Cursor


class Streams(Protocol):
    """Keeps streams; each change is in the journal when it is stored, in one transaction.

    Authorization headers are stored encrypted.
    """

    async def add(self, stream: Stream) -> None:
        """Store a new stream; journal STREAM_CREATED.

        Raises `TenantNotFoundError` or `TenantDeletingError`, storing nothing.
        """

    async def get(self, tenant: str, stream_id: str) -> Stream | None:
        """Return a stream of the tenant, or None."""

    async def of_tenant(self, tenant: str) -> tuple[Stream, ...]:
        """Return the tenant's streams in the order in which they were made."""

    async def save(self, stream: Stream) -> None:
        """Store a changed stream; journal STREAM_CHANGED.

        Raises `StaleStreamError`, storing nothing, unless the stored revision is the one before.
        """

    async def remove(self, tenant: str, stream_id: str) -> bool:
        """Remove a stream and journal STREAM_DELETED; False when there was none."""

    async def snapshot(self, direction: Direction | None) -> StreamSnapshot:
        """Return the streams of one direction, of all tenants, with the cursor of that moment."""
