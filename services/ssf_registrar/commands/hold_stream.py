"""Pausing a stream by the transmitter's own decision (SSF 1.0 section 8.1.2)."""

from dataclasses import dataclass
from typing import Final

from ssf_registrar.domain.changes import with_status
from ssf_registrar.domain.errors import StreamChangedError, StreamNotFoundError
from ssf_registrar.domain.streams import Direction, Push, Status, Stream
from ssf_registrar.ports.streams import StaleStreamError, Streams

_ATTEMPTS: Final = 5


@dataclass(frozen=True, slots=True)
class HoldStream:
    """Holds a stream as long as it is what the transmitter had to do with."""

    streams: Streams

    async def __call__(
        self, tenant: str, stream_id: str, *, endpoint_url: str, reason: str
    ) -> bool:
        """Return whether the stream was held; False when it was changed meanwhile.

        Raises `StreamNotFoundError` or `StreamChangedError`.
        """
        for _ in range(_ATTEMPTS):
            stream = await self.streams.get(tenant, stream_id)
            if stream is None or stream.direction is not Direction.TRANSMIT:
                raise StreamNotFoundError(stream_id)
            if stream.status is not Status.ENABLED or _url_of(stream) != endpoint_url:
                return False
            body = {"status": Status.PAUSED.value, "reason": f"held by the transmitter: {reason}"}
            try:
                await self.streams.save(with_status(stream, body))
            except StaleStreamError:
                continue
            return True
        raise StreamChangedError(stream_id)


def _url_of(stream: Stream) -> str:
    return stream.delivery.endpoint_url if isinstance(stream.delivery, Push) else ""
