"""The remote side of a stream that is polled (RFC 8936)."""

from typing import Protocol

from secevent.poll import PollRequest
from set_receiver.domain.polling import PollAnswer
from set_receiver.domain.streams import ReceiveStream


class PollEndpoint(Protocol):
    """Asks transmitters for SETs."""

    async def poll(self, stream: ReceiveStream, request: PollRequest) -> PollAnswer:
        """Send one request and return what came back, or why nothing did."""
        ...
