"""StreamService: stream configurations and the journal, for the other services."""

from typing import Final

from heliograph.ssf.v1 import stream_pb2
from heliograph.ssf.v1 import stream_service_pb2 as pb
from heliograph.ssf.v1.stream_service_pb2_grpc import StreamServiceServicer
from ssf_registrar.commands.hold_stream import HoldStream
from ssf_registrar.domain.configuration import Origins
from ssf_registrar.domain.errors import StreamNotFoundError
from ssf_registrar.domain.journal import Cursor
from ssf_registrar.domain.streams import Direction
from ssf_registrar.entrypoints.stream_messages import DIRECTIONS, journal_message, stream_message
from ssf_registrar.ports.journal import Journal
from ssf_registrar.ports.streams import Streams

_MOST_ENTRIES: Final = 1_000
# below the 60 seconds after which proxies usually give up
_LONGEST_WAIT_SECONDS: Final = 50.0


class StreamServicer(StreamServiceServicer):
    """Reads come straight from the ports, since nothing is decided about them here."""

    def __init__(self, streams: Streams, journal: Journal, origins: Origins) -> None:
        self._streams = streams
        self._journal = journal
        self._origins = origins

    async def ListStreams(  # noqa: N802  the contract's name
        self, request: pb.ListStreamsRequest, context: object
    ) -> pb.ListStreamsResponse:
        """List the streams of one direction, or of none, with the cursor of the same moment."""
        del context
        snapshot = await self._streams.snapshot(_direction(request.direction))
        return pb.ListStreamsResponse(
            streams=[stream_message(stream, self._origins) for stream in snapshot.streams],
            cursor=str(snapshot.cursor),
        )

    async def GetStream(  # noqa: N802
        self, request: pb.GetStreamRequest, context: object
    ) -> pb.GetStreamResponse:
        """Read one stream."""
        del context
        stream = await self._streams.get(request.tenant, request.stream_id)
        if stream is None:
            raise StreamNotFoundError(request.stream_id)
        return pb.GetStreamResponse(stream=stream_message(stream, self._origins))

    async def HoldStream(  # noqa: N802
        self, request: pb.HoldStreamRequest, context: object
    ) -> pb.HoldStreamResponse:
        """Pause a stream, as the transmitter has decided."""
        del context
        held = await HoldStream(self._streams)(
            request.tenant,
            request.stream_id,
            endpoint_url=request.endpoint_url,
            reason=request.reason,
        )
        return pb.HoldStreamResponse(held=held)

    async def ReadJournal(  # noqa: N802
        self, request: pb.ReadJournalRequest, context: object
    ) -> pb.ReadJournalResponse:
        """Read what has changed since a cursor, waiting for a first entry."""
        del context
        page = await self._journal.read(
            Cursor.parse(request.cursor) if request.cursor else None,
            limit=min(max(request.limit, 1), _MOST_ENTRIES),
            wait=min(request.wait_milliseconds / 1000, _LONGEST_WAIT_SECONDS),
        )
        return pb.ReadJournalResponse(
            entries=[journal_message(entry) for entry in page.entries],
            next_cursor=str(page.next_cursor),
        )


def _direction(value: stream_pb2.Direction.ValueType) -> Direction | None:
    return next((known for known, number in DIRECTIONS.items() if number == value), None)
