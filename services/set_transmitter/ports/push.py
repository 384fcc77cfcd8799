"""Sending a SET to a stream's endpoint."""

from typing import Protocol

from secevent.push import Outcome
from set_transmitter.domain.backlog import Pending
from set_transmitter.domain.streams import Stream


class Push(Protocol):
    """Sends once, and tells what the receiver made of it; no failure of the network is raised."""

    async def send(self, stream: Stream, pending: Pending) -> Outcome:
        """Send a SET that has been signed (RFC 8935 section 2.1)."""
        ...
