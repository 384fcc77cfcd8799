"""Reading the change feed with a cursor."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from resource_store.domain.changes import Change, cursor_at, position_of
from resource_store.ports.resources import ChangeFeed

MAX_CHANGES: Final = 1000
"""The most changes that one answer tells."""
_MAX_WAIT_SECONDS = 50.0


@dataclass(frozen=True, slots=True)
class Changes:
    """Changes in commit order, and the cursor after them."""

    changes: Sequence[Change]
    next_cursor: str


@dataclass(frozen=True, slots=True)
class ReadChanges:
    """Reads on from a cursor, waiting for a first change."""

    feed: ChangeFeed
    epoch: str

    async def __call__(self, cursor: str, *, limit: int, wait_seconds: float) -> Changes:
        """Return the next changes.

        Raises `InvalidCursorError` or `EpochChangedError`.
        """
        position = position_of(cursor, epoch=self.epoch)
        entries = await self.feed.changes_after(
            position,
            limit=min(max(limit, 1), MAX_CHANGES),
            wait_seconds=min(wait_seconds, _MAX_WAIT_SECONDS),
        )
        last = entries[-1].position if entries else position
        return Changes([entry.change for entry in entries], cursor_at(self.epoch, last))
