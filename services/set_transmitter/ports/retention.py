"""Removing what the log need not keep any more."""

from collections.abc import Sequence
from typing import Protocol

from set_transmitter.domain.retention import Oldest, Removal
from set_transmitter.domain.streams import Stream


class Retention(Protocol):
    """Removes a tenant's events from the oldest on; positions and cursors stand."""

    async def size(self) -> int:
        """Return how many bytes the log and the delivery state take, free pages not counted."""
        ...

    async def oldest(self) -> Sequence[Oldest]:
        """Return the oldest event of each tenant that has any, in the order of the log."""
        ...

    async def cut(self, tenant: str, *, committed_before: int | None, limit: int) -> int:
        """Return the position of the last of a tenant's `limit` oldest events, or less of them.

        With a moment (microseconds since 1970) all of them are from before it; 0 when none is.
        """
        ...

    async def remove(self, tenant: str, *, through: int) -> Removal:
        """Remove a tenant's events up to a position, in one transaction; durable on return.

        None goes that a stream has yet to settle, by its stored cursor. Dead letters go along.
        """
        ...

    async def drop(self, stream: Stream, *, through: int) -> int:
        """Settle what a stream has pending up to a position, and count that on the stream.

        Returns how much it was; repeated, nothing.
        """
        ...
