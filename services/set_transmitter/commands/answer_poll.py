"""Answering a poll (RFC 8936 section 2.4)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from secevent.poll import PollRequest
from set_transmitter.commands.load_pending import LoadPending
from set_transmitter.commands.prepare_sets import PrepareSets
from set_transmitter.commands.settle import Settle
from set_transmitter.domain.backlog import Pending
from set_transmitter.domain.identifiers import position_in
from set_transmitter.domain.outbox import Outbox

_MOST_SETS: Final = 256


@dataclass(frozen=True, slots=True)
class Settled:
    """How many SETs a poll settled."""

    acknowledged: int
    refused: int


@dataclass(frozen=True, slots=True)
class TakeAcknowledgements:
    """Settles the SETs that a poll acknowledges, and sets aside those that it reports errors of."""

    epoch: str
    settle: Settle

    async def __call__(self, outbox: Outbox, request: PollRequest, *, at: int) -> Settled:
        """Return when that is durable. What was not handed out by this stream is ignored."""
        refused = acknowledged = 0
        forwarded = outbox.backlog.forwarded() if outbox.stream.forwards else {}
        for jti, error in request.set_errs.items():
            if (pending := self._handed_out(outbox, jti, forwarded)) is not None:
                self.settle.set_aside(outbox, pending, error=error, at=at)
                refused += 1
        for jti in request.ack:
            if (pending := self._handed_out(outbox, jti, forwarded)) is not None:
                self.settle.acknowledge(outbox, pending)
                acknowledged += 1
        if refused or acknowledged:
            await self.settle.flush()
        return Settled(acknowledged, refused)

    def _handed_out(self, outbox: Outbox, jti: str, forwarded: Mapping[str, int]) -> Pending | None:
        own = position_in(jti, epoch=self.epoch, stream_id=outbox.stream.stream_id)
        position = forwarded.get(jti, own)
        pending = None if position is None else outbox.backlog.find(position)
        if pending is None or outbox.jti_of(pending.logged, epoch=self.epoch) != jti:
            return None
        return None if pending.jwt is None else pending


@dataclass(frozen=True, slots=True)
class HandOut:
    """Takes SETs for a poller: for `visibility` seconds no other poll of the stream has them.

    An answer has at most `most_bytes` of them, but never less than one.
    """

    load: LoadPending
    prepare: PrepareSets
    visibility: float
    most_bytes: int

    async def __call__(
        self, outbox: Outbox, max_events: int | None, *, now: float, monotonic: float
    ) -> Sequence[Pending]:
        """Return what is to be sent, if there is anything. Raises `SigningUnavailableError`."""
        if not outbox.is_sending:
            return []
        await self.load(outbox)
        limit = _MOST_SETS if max_events is None else min(max_events, _MOST_SETS)
        taken = outbox.backlog.take(limit, now=monotonic)
        try:
            await self.prepare(outbox, taken, now=now)
            if outbox.is_closed:
                return []
            handed = _as_many_as_fit(taken, self.most_bytes)
            for pending in handed:
                outbox.backlog.park(pending, until=monotonic + self.visibility)
            return handed
        finally:
            for pending in taken:
                outbox.backlog.release(pending)


def take_back(outbox: Outbox, handed: Sequence[Pending]) -> None:
    """Let the next poll have what was handed out to one that has gone away."""
    for pending in handed:
        outbox.backlog.unpark(pending)


def _as_many_as_fit(taken: Sequence[Pending], most_bytes: int) -> Sequence[Pending]:
    size = 0
    for count, pending in enumerate(taken):
        size += len(pending.jwt or "")
        if size > most_bytes and count:
            return taken[:count]
    return taken
