"""Bringing a stream's receiver up to the present state, because somebody asks for it."""

from dataclasses import dataclass

from set_transmitter.commands.keep_streams import KeepStreams
from set_transmitter.commands.take_snapshots import TakeSnapshots
from set_transmitter.domain.outboxes import Outboxes
from set_transmitter.domain.streams import Stream, StreamStatus
from set_transmitter.ports.stream_directory import StreamDirectory


class UnknownStreamError(Exception):
    """There is no such stream, or it is another tenant's."""


class NoSnapshotError(Exception):
    """The stream is there, and cannot have a snapshot as it is."""


@dataclass(frozen=True, slots=True)
class BeginSnapshot:
    """Begins a snapshot of one stream; one that is under way begins anew."""

    directory: StreamDirectory
    outboxes: Outboxes
    keep_streams: KeepStreams
    take_snapshots: TakeSnapshots

    async def __call__(self, tenant: str, stream_id: str) -> None:
        """Return when that is durable. Raises `UnknownStreamError` or `NoSnapshotError`."""
        _check(await self._stream(tenant, stream_id))
        await self.take_snapshots.begin(stream_id)

    async def _stream(self, tenant: str, stream_id: str) -> Stream:
        # the journal may not have told yet that it was made, or enabled
        await self.keep_streams.look_again([(tenant, stream_id)])
        outbox = self.outboxes.get(stream_id)
        if outbox is not None and outbox.stream.tenant == tenant:
            return outbox.stream
        if await self.directory.receives(tenant, stream_id):
            raise NoSnapshotError(
                f"the stream {stream_id} receives: a snapshot is begun at its transmitter"
            )
        raise UnknownStreamError(f"there is no stream {stream_id}")


def _check(stream: Stream) -> None:
    if stream.status is StreamStatus.DISABLED:
        raise NoSnapshotError(
            f"the stream {stream.stream_id} is disabled, and drops what is for it: enable it first"
        )
    if "create" not in stream.topics:
        raise NoSnapshotError(
            f"the stream {stream.stream_id} delivers no create events, of which a snapshot is made:"
            " request them first"
        )
