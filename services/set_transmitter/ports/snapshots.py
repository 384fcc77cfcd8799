"""How far the snapshots of streams are."""

from collections.abc import Collection, Mapping
from typing import Protocol

from set_transmitter.domain.events import LoggedEvent
from set_transmitter.domain.snapshots import Snapshot, SnapshotPage


class Snapshots(Protocol):
    """Keeps the last snapshot of each stream together with the log that its records are in.

    What a method has returned from is durable, all of it or nothing.
    """

    async def all(self) -> Mapping[str, Snapshot]:
        """Return the snapshots by the ids of their streams."""
        ...

    async def begin(
        self,
        stream_ids: Collection[str],
        *,
        feed_cursor: str | None,
        signals: Mapping[str, Collection[str]],
    ) -> Mapping[str, Snapshot]:
        """Begin a snapshot of each of the streams that there are, instead of an earlier one.

        What a stream has pending is settled, as not needed: but for signals, which no state tells.
        They are logged once more, for it alone: those of the types in `signals`, or else all. With
        a cursor, the change feed is read on from there.
        """
        ...

    async def go_on(
        self, stream_id: str, page: SnapshotPage, *, feed_cursor: str
    ) -> tuple[Snapshot | None, list[LoggedEvent]]:
        """Log a page for one stream, with how far its snapshot and the feed are then.

        Returns None, and only the cursor moves, when the stream has no snapshot any more.
        """
        ...
