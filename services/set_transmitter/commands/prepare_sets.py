"""Making SETs ready to be sent."""

from collections.abc import Sequence
from dataclasses import dataclass

from set_transmitter.domain.backlog import Pending
from set_transmitter.domain.events import Event
from set_transmitter.domain.outbox import Outbox
from set_transmitter.domain.streams import Stream
from set_transmitter.domain.tokens import security_event_token
from set_transmitter.ports.deliveries import Deliveries
from set_transmitter.ports.encryption import Encryption
from set_transmitter.ports.signing import Signing


@dataclass(frozen=True, slots=True)
class PrepareSets:
    """Signs what is sent for the first time and keeps it: every attempt sends the same bytes.

    Where the stream is encrypted, what is kept is encrypted too.
    """

    epoch: str
    deliveries: Deliveries
    signing: Signing
    encryption: Encryption

    async def __call__(self, outbox: Outbox, taken: Sequence[Pending], *, now: float) -> None:
        """Give each of the taken events its JWT, unless the stream is closed meanwhile.

        Raises `SigningUnavailableError`.
        """
        fresh = [pending for pending in taken if pending.jwt is None]
        for pending in fresh:
            event = pending.logged.event
            if event.kind == "forwarded" and event.data is not None:
                pending.signed = event.data.decode()
        await self._sign(outbox, [each for each in fresh if each.signed is None], now=now)
        if outbox.is_closed:
            return  # it may have been set back, and is to be sent under other jtis
        by_position = {each.position: each.signed for each in fresh if each.signed is not None}
        if by_position:
            await self.deliveries.keep(outbox.stream.stream_id, by_position)
        for pending in fresh:
            pending.jwt = pending.signed
        await self._encrypt_older(outbox, taken)

    async def _sign(self, outbox: Outbox, unsigned: Sequence[Pending], *, now: float) -> None:
        if not unsigned:
            return
        stream = outbox.stream
        jwts = await self.signing.sign(
            stream,
            [
                security_event_token(
                    _as_told(pending, stream),
                    stream,
                    jti=outbox.jti_of(pending.logged, epoch=self.epoch),
                    iat=int(now),
                )
                for pending in unsigned
            ],
        )
        if stream.receiver_jwks_uri:
            jwts = await self.encryption.encrypt(stream.receiver_jwks_uri, jwts)
        for pending, jwt in zip(unsigned, jwts, strict=True):
            pending.signed = jwt

    async def _encrypt_older(self, outbox: Outbox, taken: Sequence[Pending]) -> None:
        """Encrypt what was signed before the stream came to be encrypted.

        The first SET kept stays, so it is encrypted anew in each process; it is the same within.
        """
        bare = {
            each: each.jwt for each in taken if each.jwt and not outbox.stream.lets_out(each.jwt)
        }
        if not bare:
            return
        jwes = await self.encryption.encrypt(outbox.stream.receiver_jwks_uri, list(bare.values()))
        for pending, jwe in zip(bare, jwes, strict=True):
            pending.jwt = jwe


def _as_told(pending: Pending, stream: Stream) -> Event:
    """Return what is signed of an event that the stream's outbox wanted.

    A stream that may see something else is given another outbox (`Stream.delivers_like`).
    """
    logged = pending.logged
    told = stream.as_told(logged.event, in_snapshot=bool(logged.only_for))
    if told is None:
        raise LookupError(f"the event at {logged.position} is none for {stream.stream_id}")
    return told
