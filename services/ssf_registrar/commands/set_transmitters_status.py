"""Changing a stream's status because its transmitter wants it so (SSF 1.0 section 8.1.5)."""

from dataclasses import dataclass
from typing import Final

from ssf_registrar.domain.changes import with_transmitters_status
from ssf_registrar.domain.errors import StreamChangedError, StreamNotFoundError
from ssf_registrar.domain.streams import Direction, Status, Stream
from ssf_registrar.ports.streams import StaleStreamError, Streams

_ATTEMPTS: Final = 5


@dataclass(frozen=True, slots=True)
class SetTransmittersStatus:
    """Stores the status that the transmitter has told the receiver of."""

    streams: Streams

    async def __call__(
        self, tenant: str, stream_id: str, status: Status, *, reason: str, expected: Status
    ) -> Stream:
        """Return the stream as it is then. Raises `StreamNotFoundError`."""
        for _ in range(_ATTEMPTS):
            current = await self.streams.get(tenant, stream_id)
            if current is None or current.direction is not Direction.TRANSMIT:
                raise StreamNotFoundError(stream_id)
            changed = with_transmitters_status(current, status, reason=reason, expected=expected)
            if changed is current:
                return current
            try:
                await self.streams.save(changed)
            except StaleStreamError:
                continue
            return changed
        raise StreamChangedError(stream_id)
