"""Making SETs ready to be sent."""

from collections.abc import Sequence
from dataclasses import dataclass

from set_transmitter.domain.backlog import Pending
from set_transmitter.domain.identifiers import jti_of
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
        """Give each of the taken events its JWT. Raises `SigningUnavailableError`."""
        unsigned = [pending for pending in taken if pending.jwt is None]
        if not unsigned:
            return
        stream = outbox.stream
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
        by_position = dict(zip((pending.position for pending in unsigned), jwts, strict=True))
        await self.deliveries.keep(stream.stream_id, by_position)
        for pending in unsigned:
            pending.jwt = by_position[pending.position]
