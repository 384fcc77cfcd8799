"""Pushing on streams that are encrypted: nothing in the clear, and no key that is refused."""

from collections.abc import Callable

from secevent.push import Outcome, Refused, Unreachable
from set_transmitter.domain.backlog import Pending
from set_transmitter.domain.streams import Stream
from set_transmitter.ports.push import Push


class EncryptedPush:
    """The last step before the socket; on other streams it does nothing."""

    def __init__(self, push: Push, *, doubt: Callable[[str], None]) -> None:
        """Push by `push`; `doubt` has the keys at a JWKS URI looked at anew."""
        self._push = push
        self._doubt = doubt

    async def send(self, stream: Stream, pending: Pending) -> Outcome:
        """Send a SET, if it may leave as it is."""
        if not stream.lets_out(pending.jwt or ""):
            # it was made ready a moment before the stream came to be encrypted
            return Unreachable("The SET is yet to be encrypted.", None)
        outcome = await self._push.send(stream, pending)
        if isinstance(outcome, Refused) and outcome.err == "invalid_key":
            self._doubt(stream.receiver_jwks_uri)
        return outcome
