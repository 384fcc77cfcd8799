"""Making SETs ready to be sent."""

from collections.abc import Sequence
from dataclasses import dataclass

from set_transmitter.domain.backlog import Pending
from set_transmitter.domain.identifiers import jti_of
from set_transmitter.domain.outbox import Outbox
from set_transmitter.domain.streams import Stream
from set_transmitter.domain.tokens import security_event_token
from set_transmitter.ports.deliveries import Deliveries
from set_transmitter.ports.signing import Signing


@dataclass(frozen=True, slots=True)
class PrepareSets:
    """Signs what is sent for the first time and keeps it: every attempt sends the same bytes."""

    epoch: str
    deliveries: Deliveries
    signing: Signing

    async def __call__(self, outbox: Outbox, taken: Sequence[Pending], *, now: float) -> None:
        """Give each of the taken events its JWT. Raises `SigningUnavailableError`."""
        fresh = [pending for pending in taken if pending.jwt is None]
        for pending in fresh:
            event = pending.logged.event
            if event.kind == "forwarded" and event.data is not None:
                pending.signed = event.data.decode()
        await self._sign(outbox.stream, [each for each in fresh if each.signed is None], now=now)
        by_position = {each.position: each.signed for each in fresh if each.signed is not None}
        if by_position:
            await self.deliveries.keep(outbox.stream.stream_id, by_position)
        for pending in fresh:
            pending.jwt = pending.signed

    async def _sign(self, stream: Stream, unsigned: Sequence[Pending], *, now: float) -> None:
        if not unsigned:
            return
        jwts = await self.signing.sign(
            stream,
            [
                security_event_token(
                    pending.logged.event,
                    stream,
                    jti=jti_of(self.epoch, pending.position, stream.stream_id),
                    iat=int(now),
                )
                for pending in unsigned
            ],
        )
        for pending, jwt in zip(unsigned, jwts, strict=True):
            pending.signed = jwt
