"""Writes that wait share transactions, in turns of their tenants; one at fault fails alone."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

from resource_store.adapters.mongo.faults import CollisionError
from resource_store.adapters.waves import claims_of
from resource_store.domain.decisions import Outcome, Transition
from resource_store.domain.errors import StorageFailedError
from servicekit.failures import StorageError
from servicekit.fair_queue import FairQueue

Result = Outcome | Exception
CarryOut = Callable[[Sequence[Transition]], Awaitable[Sequence[Result]]]
"""Carries out transitions in one transaction."""

_MAX_BATCH: Final = 64
# A transaction has a minute, so big groups have one of their own.
_MAX_NAMES: Final = 20_000
_UNDER_WAY: Final = 4
_ATTEMPTS: Final = 5


@dataclass(frozen=True, slots=True)
class _Waiting:
    transition: Transition
    names: frozenset[object]
    result: asyncio.Future[Result]

    def settle(self, result: Result) -> None:
        if not self.result.done():
            self.result.set_result(result)


class Writer:
    """Gathers transitions into batches, of which a few are under way at the same time.

    Two transitions that name the same are never in two batches under way: they would only undo
    each other's transactions. In one batch they are, and later batches follow the order of arrival.
    """

    def __init__(self, carry_out: CarryOut) -> None:
        self._carry_out = carry_out
        self._waiting: FairQueue[_Waiting] = FairQueue()
        self._names: set[object] = set()
        self._batches: set[asyncio.Task[None]] = set()

    async def write(self, transitions: Sequence[Transition]) -> list[Result]:
        """Return what becomes of each transition; its failure is the exception itself."""
        loop = asyncio.get_running_loop()
        waiting = [_Waiting(t, frozenset(claims_of(t)), loop.create_future()) for t in transitions]
        for each in waiting:
            self._waiting.put(each.transition.tenant, each)
        self._begin_batches()
        return [await each.result for each in waiting]

    async def finish(self) -> None:
        """Wait until nothing is under way and nothing waits."""
        while self._batches:
            await asyncio.wait(self._batches)

    def _begin_batches(self) -> None:
        while len(self._batches) < _UNDER_WAY and (batch := self._next_batch()):
            for each in batch:
                self._names |= each.names
            task = asyncio.create_task(self._run(batch))
            self._batches.add(task)
            task.add_done_callback(self._end_batch)

    def _next_batch(self) -> list[_Waiting]:
        held_back: set[object] = set()
        named = 0

        def may_begin(waiting: _Waiting) -> bool:
            nonlocal named
            names = waiting.names
            has_room = not named or named + len(names) <= _MAX_NAMES
            if has_room and self._names.isdisjoint(names) and held_back.isdisjoint(names):
                named += len(names)
                return True
            held_back.update(names)
            return False

        return self._waiting.take(_MAX_BATCH, ready=may_begin)

    def _end_batch(self, task: asyncio.Task[None]) -> None:
        self._batches.discard(task)
        self._begin_batches()

    async def _run(self, batch: Sequence[_Waiting]) -> None:
        try:
            results = await self._carried_out([each.transition for each in batch])
            for each, result in zip(batch, results, strict=True):
                each.settle(result)
        finally:
            for each in batch:
                self._names -= each.names

    async def _carried_out(
        self, transitions: Sequence[Transition], *, attempts: int = _ATTEMPTS
    ) -> Sequence[Result]:
        """Carry out a batch; one that cannot be is halved until what is at fault is alone."""
        try:
            return await self._carry_out(transitions)
        except StorageError as error:
            return [StorageFailedError(str(error))] * len(transitions)
        except Exception as error:  # noqa: BLE001  whatever it is, it must not harm the others
            if len(transitions) > 1:
                return await self._in_halves(transitions)
            if isinstance(error, CollisionError) and attempts > 1:
                return await self._carried_out(transitions, attempts=attempts - 1)
            return [error]

    async def _in_halves(self, transitions: Sequence[Transition]) -> Sequence[Result]:
        middle = len(transitions) // 2
        first = await self._carried_out(transitions[:middle])
        return [*first, *await self._carried_out(transitions[middle:])]
