"""Keeping the log within its limits of age and size."""

from dataclasses import dataclass
from typing import Final

from set_transmitter.commands.settle import Settle
from set_transmitter.domain.outboxes import Outboxes
from set_transmitter.domain.retention import Dropped, Limits, Oldest, Removal
from set_transmitter.ports.retention import Retention

_AT_ONCE: Final = 500
"""Appending to the log waits for so much to be removed."""


@dataclass(frozen=True, slots=True)
class Step:
    """What one step removed; when that is nothing, the log is within its limits, or cannot be."""

    events: int = 0
    dropped: tuple[Dropped, ...] = ()

    @property
    def is_any(self) -> bool:
        """Whether another step may find something."""
        return bool(self.events or self.dropped)


@dataclass(frozen=True, slots=True)
class RemoveOldEvents:
    """Removes from the oldest on what every stream of its tenant has settled.

    Beyond a hard limit, what is not settled is first dropped for its streams, and counted.
    """

    retention: Retention
    outboxes: Outboxes
    settle: Settle
    limits: Limits

    async def __call__(self, *, now: int) -> Step:
        """Take one small step; `now` is in microseconds since 1970."""
        excess = await self._excess(now)
        due = [oldest for oldest in await self.retention.oldest() if excess.concerns(oldest)]
        if due:
            await self.settle.store_cursors()
        for oldest in due:
            step = await self._remove(oldest, excess)
            if step.is_any:
                return step
        return Step()

    async def _excess(self, now: int) -> "_Excess":
        limits = self.limits
        size = 0
        if limits.size is not None or limits.hard_size is not None:
            size = await self.retention.size()
        return _Excess(
            before=_before(now, limits.age),
            is_too_big=_exceeds(size, limits.size),
            hard_before=_before(now, limits.hard_age),
            is_far_too_big=_exceeds(size, limits.hard_size),
        )

    async def _remove(self, oldest: Oldest, excess: "_Excess") -> Step:
        dropped: tuple[Dropped, ...] = ()
        if excess.drops(oldest):
            hard = None if excess.is_far_too_big else excess.hard_before
            through = await self.retention.cut(oldest.tenant, committed_before=hard, limit=_AT_ONCE)
            dropped = await self._drop(oldest.tenant, through)
        else:
            soft = None if excess.is_too_big else excess.before
            through = await self.retention.cut(oldest.tenant, committed_before=soft, limit=_AT_ONCE)
        removal = await self.retention.remove(oldest.tenant, through=through)
        self._forget_dead_letters(removal)
        return Step(removal.events, dropped)

    async def _drop(self, tenant: str, through: int) -> tuple[Dropped, ...]:
        dropped = []
        for outbox in self.outboxes:
            stream = outbox.stream
            if stream.tenant != tenant or outbox.stored_cursor >= through:
                continue
            await self.settle.flush()
            events = await self.retention.drop(stream, through=through)
            await self.settle.drop_through(outbox, through)
            outbox.dropped += events
            if events:
                dropped.append(Dropped(tenant, stream.stream_id, events))
        return tuple(dropped)

    def _forget_dead_letters(self, removal: Removal) -> None:
        for stream_id, count in removal.dead_letters.items():
            outbox = self.outboxes.get(stream_id)
            if outbox is not None:
                outbox.dead_letters = max(outbox.dead_letters - count, 0)


@dataclass(frozen=True, slots=True)
class _Excess:
    """By what the log is beyond its limits; `before` are moments, None where age is no reason."""

    before: int | None
    is_too_big: bool
    hard_before: int | None
    is_far_too_big: bool

    def drops(self, oldest: Oldest) -> bool:
        return self.is_far_too_big or _is_from_before(oldest, self.hard_before)

    def concerns(self, oldest: Oldest) -> bool:
        return self.drops(oldest) or self.is_too_big or _is_from_before(oldest, self.before)


def _before(now: int, age: int | None) -> int | None:
    return None if age is None else now - age


def _exceeds(size: int, limit: int | None) -> bool:
    return limit is not None and size > limit


def _is_from_before(oldest: Oldest, moment: int | None) -> bool:
    return moment is not None and oldest.committed < moment
