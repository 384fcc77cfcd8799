"""Creating a stream (SSF 1.0 section 8.1.1.1)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ssf_registrar.commands.check_outbound import CheckOutbound
from ssf_registrar.commands.set_feed import SetFeed
from ssf_registrar.domain.changes import outbound_urls
from ssf_registrar.domain.creation import Fresh, new_stream
from ssf_registrar.domain.streams import Caller, Stream
from ssf_registrar.domain.tenants import issuer_of
from ssf_registrar.ports.streams import Streams


@dataclass(frozen=True, slots=True)
class CreateStream:
    """Makes a stream; once it is returned, readers of the journal learn of it."""

    streams: Streams
    check_outbound: CheckOutbound
    public_issuer: str
    fresh: Callable[[], Fresh]
    set_feed: SetFeed

    async def __call__(self, caller: Caller, body: Mapping[str, object]) -> Stream:
        """Return the stream that the caller's body asks for."""
        issuer = issuer_of(caller.tenant, public_issuer=self.public_issuer)
        stream = new_stream(body, caller, issuer=issuer, fresh=self.fresh())
        stream = self.set_feed.of_new(stream, caller, body)
        await self.check_outbound(outbound_urls(stream))
        await self.streams.add(stream)
        return stream
