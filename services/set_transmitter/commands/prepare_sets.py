"""Making SETs ready to be sent."""

from collections.abc import Sequence
from dataclasses import dataclass

from set_transmitter.domain.backlog import Pending
from set_transmitter.domain.outbox import Outbox
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
        """Give each of the taken events its JWT, unless the stream is closed meanwhile.

        Raises `SigningUnavailableError`.
        """
        fresh = [pending for pending in taken if pending.jwt is None]
        await self._sign(outbox, [each for each in fresh if each.signed is None], now=now)
        if outbox.is_closed:
            return  # it may have been set back, and is to be sent under other jtis
        by_position = {each.position: each.signed for each in fresh if each.signed is not None}
        if by_position:
            await self.deliveries.keep(outbox.stream.stream_id, by_position)
        for pending in fresh:
            pending.jwt = pending.signed

    async def _sign(self, outbox: Outbox, unsigned: Sequence[Pending], *, now: float) -> None:
        if not unsigned:
            return
        stream = outbox.stream
        jwts = await self.signing.sign(
            stream,
            [
                security_event_token(
                    pending.logged.event,
                    stream,
                    jti=outbox.jti_of(pending.position, epoch=self.epoch),
                    iat=int(now),
                )
                for pending in unsigned
            ],
        )
        for pending, jwt in zip(unsigned, jwts, strict=True):
            pending.signed = jwt
