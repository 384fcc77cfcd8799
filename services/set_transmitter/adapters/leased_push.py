"""Pushing under a lease: nothing is under way any more when another replica takes over."""

import asyncio
from math import isinf

from secevent.push import Outcome, Unreachable
from servicekit.leases import Held
from set_transmitter.domain.backlog import Pending
from set_transmitter.domain.streams import Stream
from set_transmitter.ports.push import Push


class LeasedPush:
    """Ends a push at the end of the lease, as that is renewed meanwhile; then none begins."""

    def __init__(self, push: Push, held: Held) -> None:
        self._push = push
        self._held = held

    async def send(self, stream: Stream, pending: Pending) -> Outcome:
        """Send a SET as long as the lease lasts."""
        left = self._held.lease.seconds_left()
        if left <= 0:
            return _lease_passed()
        if isinf(left):
            return await self._push.send(stream, pending)
        sending = asyncio.ensure_future(self._push.send(stream, pending))
        try:
            while (left := self._held.lease.seconds_left()) > 0 and not sending.done():
                await asyncio.wait([sending], timeout=left)
            return sending.result() if sending.done() else _lease_passed()
        finally:
            sending.cancel()


def _lease_passed() -> Unreachable:
    return Unreachable("Another replica may be the active one by now.", None)
