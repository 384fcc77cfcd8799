"""Telling a stream once more what was set aside (docs/delivery.md)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from set_transmitter.commands.growth import Growth
from set_transmitter.commands.restate import Restate, StateWanted
from set_transmitter.commands.settle import Settle
from set_transmitter.domain.dead_letters import (
    FoundLetter,
    NotReplayableError,
    Plan,
    UnknownLetterError,
    address_of,
    plan,
)
from set_transmitter.domain.outbox import Outbox
from set_transmitter.domain.outboxes import Outboxes
from set_transmitter.domain.streams import StreamStatus
from set_transmitter.ports.dead_letters import DeadLetters

_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Replayed:
    """How many letters were told again, and how; `left` are the stream's, counted up to 200.

    Letters of one subject share a `state`. `told` names the streams that have something new.
    """

    original: int = 0
    state: int = 0
    left: int = 0
    told: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ReplayDeadLetters:
    """Logs the originals for their stream alone, or lets the feed loop log the state."""

    letters: DeadLetters
    outboxes: Outboxes
    settle: Settle
    growth: Growth
    restate: Restate

    async def one(self, tenant: str, letter_id: str, *, now: int) -> Replayed:
        """Replay a letter. `now` counts microseconds since 1970.

        Raises `UnknownLetterError`, `NotReplayableError` or `RestateError`.
        """
        stream_id, position = address_of(letter_id)
        outbox = self._outbox(tenant, stream_id)
        await self.settle.flush()
        found = await self.letters.find(tenant, stream_id, position)
        if found is None or found.letter.jti != letter_id:
            raise UnknownLetterError(f"there is no dead letter {letter_id}")
        return await self._replay(outbox, [found], now=now)

    async def all_of(self, tenant: str, stream_id: str, *, now: int) -> Replayed:
        """Replay the first letters of a stream; call again while some are left.

        Raises as above.
        """
        outbox = self._outbox(tenant, stream_id)
        await self.settle.flush()
        found = await self.letters.first(tenant, stream_id, limit=_AT_ONCE)
        return await self._replay(outbox, found, now=now)

    async def drop(self, tenant: str, stream_id: str, position: int | None) -> int:
        """Forget one letter of a stream, or (None) all of them; return how many there were."""
        await self.settle.flush()
        async with self.growth.growing():
            positions = None if position is None else (position,)
            dropped = await self.letters.drop(tenant, stream_id, positions)
            outbox = self.outboxes.get(stream_id)
            if outbox is not None and dropped:
                outbox.dead_letters -= dropped
            return dropped

    def _outbox(self, tenant: str, stream_id: str) -> Outbox:
        outbox = self.outboxes.get(stream_id)
        if outbox is None or outbox.stream.tenant != tenant:
            raise UnknownLetterError(f"there is no stream {stream_id} that transmits")
        if outbox.stream.status is StreamStatus.DISABLED:
            raise NotReplayableError(
                f"the stream {stream_id} is disabled, and drops what is for it: enable it first"
            )
        return outbox

    async def _replay(self, outbox: Outbox, found: Sequence[FoundLetter], *, now: int) -> Replayed:
        stream_id = outbox.stream.stream_id
        planned = await self._originals(outbox, found, now=now)
        if planned.by_state and "create" not in outbox.stream.topics:
            raise NotReplayableError(
                f"later events of its subject went out, and the stream {stream_id} delivers no"
                " create events, by which a state is told: request them first, or drop the letter"
            )
        for subject_uri, letters in planned.by_state.items():
            positions = tuple(each.letter.position for each in letters)
            await self.restate.want(
                StateWanted(outbox.stream.tenant, stream_id, subject_uri, positions)
            )
        left = await self.letters.first(outbox.stream.tenant, stream_id, limit=_AT_ONCE)
        return Replayed(
            original=len(planned.originals),
            state=sum(map(len, planned.by_state.values())),
            left=len(left),
            told=frozenset({stream_id}),
        )

    async def _originals(self, outbox: Outbox, found: Sequence[FoundLetter], *, now: int) -> Plan:
        """Log those that nothing has overtaken, while the log does not grow; return the plan."""
        async with self.growth.growing():
            overtaken = await self.letters.overtaken(outbox.stream, [each.letter for each in found])
            planned = plan(found, overtaken=overtaken)
            events = [each.again(now=now) for each in planned.originals]
            passing = [self.outboxes.erasures.let_through(each) for each in events if each]
            positions = [each.letter.position for each in planned.originals]
            if not positions:
                return planned
            logged = await self.letters.replay(
                outbox.stream.stream_id,
                positions,
                [each for each in passing if each is not None],
            )
            if logged is None:
                return replace(planned, originals=())
            outbox.dead_letters -= len(positions)
            self.outboxes.share_out(logged)
            return planned
