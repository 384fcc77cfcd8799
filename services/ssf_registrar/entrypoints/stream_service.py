"""StreamService: stream configurations and the journal, for the other services."""

from collections.abc import Callable
from typing import Final

from heliograph.ssf.v1 import stream_pb2
from heliograph.ssf.v1 import stream_service_pb2 as pb
from heliograph.ssf.v1.stream_service_pb2_grpc import StreamServiceServicer
from ssf_registrar.commands.set_transmitters_status import SetTransmittersStatus
from ssf_registrar.domain.configuration import Origins
from ssf_registrar.domain.errors import InvalidRequestError, StreamNotFoundError
from ssf_registrar.domain.journal import Cursor
from ssf_registrar.domain.streams import Direction, Status, Stream
from ssf_registrar.entrypoints.stream_messages import (
    DIRECTIONS,
    STATUSES,
    journal_message,
    stream_message,
)
from ssf_registrar.ports.activity import Activity
from ssf_registrar.ports.journal import Journal
from ssf_registrar.ports.streams import Streams

_MOST_ENTRIES: Final = 1_000
# below the 60 seconds after which proxies usually give up
_LONGEST_WAIT_SECONDS: Final = 50.0


class StreamServicer(StreamServiceServicer):
    """Reads come straight from the ports, since nothing is decided here.

    `clock` gives the microseconds since 1970.
    """

    def __init__(
        self,
        streams: Streams,
        journal: Journal,
        origins: Origins,
        *,
        activity: Activity,
        clock: Callable[[], int],
    ) -> None:
        self._streams = streams
        self._journal = journal
        self._origins = origins
        self._activity = activity
        self._clock = clock
        self._set_status = SetTransmittersStatus(streams)

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
        return pb.GetStreamResponse(
            stream=stream_message(stream, self._origins),
            unmanaged_seconds=await self._unmanaged_seconds(stream),
        )

    async def SetStreamStatus(  # noqa: N802
        self, request: pb.SetStreamStatusRequest, context: object
    ) -> pb.SetStreamStatusResponse:
        """Change a status because the transmitter wants it so."""
        del context
        stream = await self._set_status(
            request.tenant,
            request.stream_id,
            _status(request.status, "status"),
            reason=request.reason,
            expected=_status(request.expected_status, "expected_status"),
        )
        return pb.SetStreamStatusResponse(stream=stream_message(stream, self._origins))

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

    async def _unmanaged_seconds(self, stream: Stream) -> int:
        if stream.liveness.inactivity_timeout is None:
            return 0
        managed = await self._activity.managed(stream.tenant, stream.stream_id)
        return max(self._clock() - max(managed, stream.created), 0) // 1_000_000


def _status(value: stream_pb2.StreamStatus.ValueType, name: str) -> Status:
    for known, number in STATUSES.items():
        if number == value:
            return known
    raise InvalidRequestError(f"{name} is missing")


def _direction(value: stream_pb2.Direction.ValueType) -> Direction | None:
    return next((known for known, number in DIRECTIONS.items() if number == value), None)
