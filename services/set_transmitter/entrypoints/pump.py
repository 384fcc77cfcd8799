"""Pushing one stream's SETs: many at a time, and those of each subject in order."""

import asyncio
import random
import time
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import structlog

from secevent.push import Outcome, Refused
from secevent.retry import delay
from servicekit.failures import StorageError
from servicekit.signals import News
from set_transmitter.commands.conclude_push import ConcludePush, Moment, Trouble
from set_transmitter.commands.load_pending import LoadPending
from set_transmitter.commands.prepare_sets import PrepareSets
from set_transmitter.domain.backlog import Pending
from set_transmitter.domain.outbox import Outbox
from set_transmitter.domain.patience import Course
from set_transmitter.entrypoints.holding import Holding
from set_transmitter.entrypoints.measures import count_push
from set_transmitter.ports.push import Push
from set_transmitter.ports.signing import SigningUnavailableError

_AHEAD: Final = 128
_LOW: Final = 64
_LONGEST_WAIT: Final = 3600.0

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class PushSteps:
    """What a pump is made of, the same for all streams."""

    load: LoadPending
    prepare: PrepareSets
    push: Push
    conclude: ConcludePush
    holding: Holding
    parallel: int


class Pump:
    """Sends a stream's SETs until it is cancelled.

    In trouble it waits, longer each time, and tries a single SET; a change of the stream's
    configuration ends the wait, and begins anew. Enough tried, it lets the stream be held.
    """

    def __init__(self, outbox: Outbox, steps: PushSteps, *, news: News) -> None:
        self._outbox = outbox
        self._stream = outbox.stream
        self._steps = steps
        self._news = news
        self._ready: deque[Pending] = deque()
        self._senders = 0
        self._failed_rounds = 0
        self._trouble: Trouble | None = None
        self._is_held = False

    async def run(self) -> None:
        """Push whatever is pending, and then whatever comes."""
        while True:
            edition = self._news.edition
            self._notice_change()
            trouble = await self._push_pending()
            if trouble is not None:
                await self._hold_after(trouble)
                await self._back_off(trouble)
            else:
                await self._news.wait_past(edition, seconds=self._seconds_to_next())

    def _notice_change(self) -> None:
        """Begin anew with a stream that was changed: what failed before may succeed now."""
        if self._outbox.stream == self._stream:
            return
        self._stream = self._outbox.stream
        self._failed_rounds = min(self._failed_rounds, 1)
        self._is_held = False
        self._outbox.course = Course()
        self._outbox.backlog.forgive()

    async def _hold_after(self, trouble: Trouble) -> None:
        """Have the stream held, once; what somebody has changed meanwhile is tried first."""
        if not trouble.is_final or self._is_held or self._outbox.stream != self._stream:
            return
        self._is_held = await self._steps.holding.hold(self._outbox, reason=trouble.reason)

    async def _push_pending(self) -> Trouble | None:
        """Push until nothing is left to push, or something is wrong with the stream."""
        self._trouble = None
        self._senders = 0  # one that was cancelled before it began has not counted itself off
        try:
            async with asyncio.TaskGroup() as senders:
                await self._keep_busy(senders)
        finally:
            self._put_back(self._ready)
            self._ready.clear()
        return self._trouble

    async def _keep_busy(self, senders: asyncio.TaskGroup) -> None:
        while self._trouble is None and self._outbox.is_sending:
            edition = self._news.edition
            if len(self._ready) < _LOW:
                await self._make_ready()
            for _ in range(min(self._parallel - self._senders, len(self._ready))):
                self._senders += 1
                senders.create_task(self._send_ready())
            if not self._ready and not self._senders:
                return
            await self._news.wait_past(edition, seconds=_LONGEST_WAIT)

    @property
    def _parallel(self) -> int:
        return 1 if self._failed_rounds else self._steps.parallel

    async def _make_ready(self) -> None:
        await self._steps.load(self._outbox)
        taken = self._take()
        try:
            await self._steps.prepare(self._outbox, taken, now=time.time())
            self._ready.extend(taken)
            taken = []
        except (SigningUnavailableError, StorageError) as error:
            self._trouble = Trouble(str(error), None)
            self._outbox.last_error = str(error)
        finally:
            self._put_back(taken)

    def _take(self) -> list[Pending]:
        backlog = self._outbox.backlog
        if not self._failed_rounds:
            return backlog.take(_AHEAD - len(self._ready), now=time.monotonic())
        if self._ready or self._senders:
            return []
        probe = backlog.take(1, now=time.monotonic())
        if not probe and (parked := backlog.take_parked()) is not None:
            return [parked]
        return probe

    async def _send_ready(self) -> None:
        try:
            while self._ready and self._trouble is None and self._outbox.is_sending:
                await self._send(self._ready.popleft())
                if len(self._ready) < _LOW:
                    self._news.publish()
        finally:
            self._senders -= 1
            self._news.publish()

    async def _send(self, pending: Pending) -> None:
        try:
            outcome = await self._steps.push.send(self._outbox.stream, pending)
            self._conclude(pending, outcome)
        finally:
            self._outbox.backlog.release(pending)

    def _conclude(self, pending: Pending, outcome: Outcome) -> None:
        trouble = self._steps.conclude(self._outbox, pending, outcome=outcome, at=_now())
        stream_id = self._outbox.stream.stream_id
        count_push(stream_id, outcome)
        if trouble is None:
            self._failed_rounds = 0
        else:
            self._trouble = trouble
        if isinstance(outcome, Refused):
            _log.warning(
                "set.refused", stream_id=stream_id, position=pending.position, err=outcome.err
            )

    async def _back_off(self, trouble: Trouble) -> None:
        self._failed_rounds += 1
        pause = delay(self._failed_rounds, retry_after=trouble.retry_after, jitter=_jitter())
        stream = self._outbox.stream
        _log.warning(
            "stream.backing_off",
            stream_id=stream.stream_id,
            reason=trouble.reason,
            seconds=round(pause, 2),
        )
        ends = time.monotonic() + pause
        while self._outbox.stream is stream and (left := ends - time.monotonic()) > 0:
            await self._news.wait_past(self._news.edition, seconds=left)

    def _seconds_to_next(self) -> float:
        next_free_at = self._outbox.backlog.next_free_at()
        if next_free_at is None or not self._outbox.is_sending:
            return _LONGEST_WAIT
        return max(next_free_at - time.monotonic(), 0.0)

    def _put_back(self, taken: Iterable[Pending]) -> None:
        for pending in taken:
            self._outbox.backlog.release(pending)


def _now() -> Moment:
    return Moment(time.monotonic(), time.time_ns() // 1000, _jitter())


def _jitter() -> float:
    return random.random()  # noqa: S311  no secret
