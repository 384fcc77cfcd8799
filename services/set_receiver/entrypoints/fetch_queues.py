"""Fetches by stream: a few at a time, and none while its publisher is away (ADR 41)."""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final

from secevent.retry import delay
from servicekit.signals import News
from set_receiver.domain.fetching import Unfetched
from set_receiver.domain.lanes import Turn

AT_ONCE: Final = 4
"""The most requests that a stream's publisher gets at a time."""
_LONGEST_HOLD_SECONDS: Final = 30.0


@dataclass(slots=True)
class _Queue:
    """What waits for one stream's publisher."""

    turns: deque[Turn] = field(default_factory=deque)
    workers: int = 0
    failures: int = 0
    """Answers in a row, not counting those to requests side by side, that it was away."""
    held_until: float = 0.0


@dataclass(slots=True)
class FetchQueues:
    """Has each turn fetched for, those of one stream by at most `AT_ONCE` tasks.

    Back-off belongs to the stream: while its publisher answers nobody, nothing is asked of it, and
    a change of any stream ends that, since it may be the cure.
    """

    fetch: Callable[[Turn], Awaitable[Unfetched | None]]
    """Fetches for one turn and ends it; returns why the publisher did not give a resource."""
    tasks: asyncio.TaskGroup
    changed: News
    """Published when a stream has changed."""
    jitter: Callable[[], float]
    """In [0, 1)."""
    _queues: dict[tuple[str, str], _Queue] = field(default_factory=dict)

    def add(self, turn: Turn) -> None:
        """Have one turn fetched for, after those of its stream that wait already."""
        stream = turn.lane.tenant, turn.lane.stream_id
        queue = self._queues.setdefault(stream, _Queue())
        queue.turns.append(turn)
        if queue.workers < AT_ONCE:
            queue.workers += 1
            self.tasks.create_task(self._work(queue))

    async def _work(self, queue: _Queue) -> None:
        try:
            while queue.turns:
                await self._while_held(queue)
                if queue.turns:
                    self._note(queue, await self.fetch(queue.turns.popleft()))
        finally:
            queue.workers -= 1

    async def _while_held(self, queue: _Queue) -> None:
        edition = self.changed.edition
        seconds = queue.held_until - time.monotonic()
        if seconds > 0:
            await self.changed.wait_past(edition, seconds=seconds)

    def _note(self, queue: _Queue, unfetched: Unfetched | None) -> None:
        if unfetched is None or not unfetched.is_away:
            queue.failures = 0
            return
        now = time.monotonic()
        if now < queue.held_until:
            return
        queue.failures += 1
        backoff = delay(queue.failures, retry_after=None, jitter=self.jitter())
        seconds = max(min(backoff, _LONGEST_HOLD_SECONDS), unfetched.retry_after or 0.0)
        queue.held_until = now + seconds
