"""What a caller may see: its own streams; those of others are as if they did not exist."""

from dataclasses import dataclass

from ssf_registrar.domain.errors import StreamNotFoundError
from ssf_registrar.domain.streams import Caller, Stream
from ssf_registrar.ports.streams import Streams


@dataclass(frozen=True, slots=True)
class OwnStreams:
    """The streams of a caller."""

    streams: Streams

    async def get(self, caller: Caller, stream_id: str) -> Stream:
        """Return one of them. Raises `StreamNotFoundError`."""
        stream = await self.streams.get(caller.tenant, stream_id)
        if stream is None or not stream.belongs_to(caller):
            raise StreamNotFoundError(stream_id)
        return stream

    async def all(self, caller: Caller) -> tuple[Stream, ...]:
        """Return all of them."""
        streams = await self.streams.of_tenant(caller.tenant)
        return tuple(stream for stream in streams if stream.belongs_to(caller))

    async def remove(self, caller: Caller, stream_id: str) -> None:
        """Remove one of them (SSF 1.0 section 8.1.1.5). Raises `StreamNotFoundError`."""
        await self.get(caller, stream_id)
        if not await self.streams.remove(caller.tenant, stream_id):
            raise StreamNotFoundError(stream_id)
