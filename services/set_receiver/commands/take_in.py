"""Taking in what was delivered: verify, keep, and only then acknowledge (RFC 8935 section 2)."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from secevent.errors import UnknownKeyError
from secevent.verification import KeySet, unverified_kid
from set_receiver.commands.heed_stream_events import HeedStreamEvents
from set_receiver.commands.open_sets import OpenSets
from set_receiver.domain.acceptance import (
    Acceptance,
    Delivered,
    Judgement,
    OfStream,
    Received,
    Refused,
    Undecided,
    in_order_of_origin,
    judged,
)
from set_receiver.domain.errors import KeysUnavailableError
from set_receiver.domain.receipts import Arrival
from set_receiver.domain.streams import ReceiveStream
from set_receiver.ports.issuer_keys import IssuerKeys
from set_receiver.ports.receipts import Receipts

# Verifying this many holds the event loop up for about a millisecond.
_MOST_ON_THE_LOOP = 8


@dataclass(frozen=True, slots=True)
class TakeIn:
    """Takes in SETs of one stream; what it calls received is durable."""

    receipts: Receipts
    keys: IssuerKeys
    open_sets: OpenSets
    clock: Callable[[], int]
    """Microseconds since 1970."""
    heed: HeedStreamEvents

    async def __call__(
        self, stream: ReceiveStream, deliveries: Sequence[Delivered]
    ) -> Sequence[Acceptance]:
        """Return what became of each, in their order."""
        opened = await self.open_sets(stream.tenant, deliveries)
        signed = [each for each in opened if isinstance(each, Delivered)]
        first = await self._judge(stream, signed, self.keys.known(stream.jwks_uri))
        again = await self._judge_again(stream, signed, first)
        judgements = iter(await self.heed(stream, again))
        return await self._keep(
            [next(judgements) if isinstance(each, Delivered) else each for each in opened]
        )

    async def _judge(
        self, stream: ReceiveStream, deliveries: Sequence[Delivered], keys: KeySet
    ) -> Sequence[Judgement | OfStream]:
        now = self.clock()

        def judge_all() -> Sequence[Judgement | OfStream]:
            return [judged(delivered, stream, keys, now=now) for delivered in deliveries]

        if len(deliveries) <= _MOST_ON_THE_LOOP:
            return judge_all()
        return await asyncio.to_thread(judge_all)

    async def _judge_again(
        self,
        stream: ReceiveStream,
        deliveries: Sequence[Delivered],
        judgements: Sequence[Judgement | OfStream],
    ) -> Sequence[Judgement | OfStream]:
        """Judge those by fresh keys whose key was not at hand."""
        lacking = [
            delivered
            for delivered, judgement in zip(deliveries, judgements, strict=True)
            if _lacks_key(judgement)
        ]
        if not lacking:
            return judgements
        fresh = iter(await self._judge_with_fresh_keys(stream, lacking))
        return [next(fresh) if _lacks_key(judgement) else judgement for judgement in judgements]

    async def _judge_with_fresh_keys(
        self, stream: ReceiveStream, deliveries: Sequence[Delivered]
    ) -> Sequence[Judgement | OfStream]:
        kid = unverified_kid(deliveries[0].compact)
        try:
            keys = await self.keys.having(kid, jwks_uri=stream.jwks_uri)
        except KeysUnavailableError as error:
            return [Undecided(str(error), error.retry_after)] * len(deliveries)
        return await self._judge(stream, deliveries, keys)

    async def _keep(self, judgements: Sequence[Judgement]) -> Sequence[Acceptance]:
        arrivals = in_order_of_origin(
            [judgement for judgement in judgements if isinstance(judgement, Arrival)]
        )
        if not arrivals:
            return [found for found in judgements if not isinstance(found, Arrival)]
        are_new = await self.receipts.add(arrivals)
        jtis = (arrival.jti for arrival in arrivals)
        is_new = dict(zip(jtis, are_new, strict=True))
        return [
            Received(is_new[found.jti]) if isinstance(found, Arrival) else found
            for found in judgements
        ]


def _lacks_key(judgement: Judgement | OfStream) -> bool:
    return isinstance(judgement, Refused) and isinstance(judgement.error, UnknownKeyError)
