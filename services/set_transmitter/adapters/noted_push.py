"""Pushes that are told of: when, and with what outcome."""

from collections.abc import Callable

from secevent.push import Outcome
from set_transmitter.domain.backlog import Pending
from set_transmitter.domain.streams import Stream
from set_transmitter.ports.push import Push


class NotedPush:
    """Sends by another push, and tells of each outcome, by the stream's id."""

    def __init__(self, push: Push, tell: Callable[[str, Outcome], None]) -> None:
        self._push = push
        self._tell = tell

    async def send(self, stream: Stream, pending: Pending) -> Outcome:
        """Send a SET that has been signed."""
        outcome = await self._push.send(stream, pending)
        self._tell(stream.stream_id, outcome)
        return outcome
