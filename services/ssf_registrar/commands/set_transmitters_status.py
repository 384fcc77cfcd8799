"""Changing a stream's status because its transmitter wants it so (SSF 1.0 section 8.1.5)."""

from dataclasses import dataclass

from ssf_registrar.commands.saving import saved
from ssf_registrar.domain.changes import with_transmitters_status
from ssf_registrar.domain.errors import StreamNotFoundError
from ssf_registrar.domain.streams import Direction, Status, Stream
from ssf_registrar.ports.streams import Streams


@dataclass(frozen=True, slots=True)
class SetTransmittersStatus:
    """Stores the status that the transmitter has told the receiver of."""

    streams: Streams

    async def __call__(
        self, tenant: str, stream_id: str, status: Status, *, reason: str, expected: Status
    ) -> Stream:
        """Return the stream as it is then. Raises `StreamNotFoundError`."""

        async def read() -> Stream:
            current = await self.streams.get(tenant, stream_id)
            if current is None or current.direction is not Direction.TRANSMIT:
                raise StreamNotFoundError(stream_id)
            return current

        async def change(current: Stream) -> Stream:
            return with_transmitters_status(current, status, reason=reason, expected=expected)

        return await saved(self.streams, stream_id, read, change)
