"""The loops that apply received events, in order by subject and in parallel otherwise."""

import asyncio
import time
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog

from servicekit.failures import StorageError
from servicekit.leases import Held
from servicekit.signals import News
from set_receiver.commands.apply_receipts import ApplyReceipts
from set_receiver.commands.fetch_resources import FetchResources, FetchRound
from set_receiver.domain.errors import StoreUnavailableError
from set_receiver.domain.fetching import Unfetched
from set_receiver.domain.lanes import Lanes, Turn
from set_receiver.domain.looks import Looks, Pace
from set_receiver.domain.receipts import LATEST, Receipt, ReceiptState
from set_receiver.entrypoints.fetch_queues import FetchQueues
from set_receiver.entrypoints.leading import seconds_to_act
from set_receiver.entrypoints.metrics import count_settled
from set_receiver.entrypoints.troubles import Troubles
from set_receiver.ports.receipts import Receipts

_APPLIERS = 2
_BATCH = 64
_MOST_BY_ONE_FETCH = 256
_LOADED_AT_ONCE = 2_000
_MOST_LOADED = 50_000
_LONGEST_WAIT_SECONDS = 30.0
_STORE_AWAY_SECONDS = 0.5
_DISK_FULL_SECONDS = 1.0
_MICROSECONDS = 1_000_000
# The store, or the log of events, knows it again.
_RECORDED_ELSEWHERE = frozenset(
    {ReceiptState.APPLIED, ReceiptState.WITHOUT_EFFECT, ReceiptState.ROUTED}
)

_log = structlog.get_logger()


@dataclass(slots=True)
class ApplyLoop:
    """Takes pending receipts from the database, the oldest first, and brings them to the store."""

    receipts: Receipts
    apply_receipts: ApplyReceipts
    fetch_resources: FetchResources
    streams_changed: News
    """Published when a stream has changed."""
    arrived: News
    """Published when there may be new receipts."""
    follow: Callable[[News], Coroutine[Any, Any, None]]
    """Publishes it for what other processes keep, until cancelled."""
    pace: Pace
    clock: Callable[[], int]
    troubles: Troubles

    async def __call__(self, held: Held) -> None:
        """Run until cancelled, under a lease; begins with whatever is pending."""
        await _Applying(self, held).run()


@dataclass(slots=True)
class _Applying:
    """What is done under one lease, from its beginning to its end."""

    loop: ApplyLoop
    held: Held
    fetches: FetchQueues = field(init=False)
    lanes: Lanes = field(default_factory=Lanes)
    moved: News = field(default_factory=News)

    async def run(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            self.fetches = FetchQueues(
                self._fetch,
                tasks,
                self.loop.streams_changed,
                self.loop.fetch_resources.jitter,
            )
            tasks.create_task(self.loop.follow(self.loop.arrived))
            tasks.create_task(self._keep_loading())
            for _ in range(_APPLIERS):
                tasks.create_task(self._keep_applying())

    async def _keep_loading(self) -> None:
        looks = Looks(self.loop.pace)
        while True:
            arrived, moved = self.loop.arrived.edition, self.moved.edition
            if len(self.lanes) >= _MOST_LOADED:
                await self.moved.wait_past(moved, seconds=_LONGEST_WAIT_SECONDS)
                continue
            try:
                await self._look(looks)
            except StorageError:
                _log.warning("receipts.not_readable", exc_info=True)
            await asyncio.sleep(self.loop.pace.between)
            await self.loop.arrived.wait_past(arrived, seconds=self.loop.pace.again)

    async def _look(self, looks: Looks) -> None:
        """Queue what is pending and not yet known, unless there is too much of it."""
        after = looks.begin(loaded=len(self.lanes), now=time.monotonic())
        while len(self.lanes) < _MOST_LOADED:
            self.lanes.begin_look()
            page = await self.loop.receipts.pending(after=after, limit=_LOADED_AT_ONCE)
            for receipt in page:
                self.lanes.add(receipt)
            if page:
                after = page[-1].position
                looks.saw(after, now=time.monotonic())
                self.moved.publish()
            if len(page) < _LOADED_AT_ONCE:
                after = LATEST
                break
        looks.end(reached=after)

    async def _keep_applying(self) -> None:
        while True:
            moved = self.moved.edition
            turns = self.lanes.take(_BATCH, now=self.loop.clock())
            if turns:
                await self._apply_batch(turns)
            else:
                await self.moved.wait_past(moved, seconds=self._until_next_ready())

    def _until_next_ready(self) -> float:
        ready_at = self.lanes.next_ready()
        if ready_at is None:
            return _LONGEST_WAIT_SECONDS
        return min(max(ready_at - self.loop.clock(), 0) / _MICROSECONDS, _LONGEST_WAIT_SECONDS)

    async def _apply_batch(self, turns: Sequence[Turn]) -> None:
        by_position = {turn.position: turn for turn in turns}
        try:
            applied = await self.loop.apply_receipts.apply(
                list(by_position), time_left=lambda: seconds_to_act(self.held)
            )
        except (StoreUnavailableError, StorageError) as error:
            _log.warning("store.unavailable", detail=str(error))
            for turn in reversed(turns):
                self.lanes.put_back(turn)
            await asyncio.sleep(_STORE_AWAY_SECONDS)
            return
        self._drop_removed(applied, by_position)
        # a fetch reads the receipt again, and it may take long
        gone_on = [each for each in applied if each.needs_fetch and each.standing.routed]
        if gone_on:
            await self._record(gone_on)
        applied = self._without_fetches(applied, by_position)
        self._finish(applied, by_position, is_recorded=False)
        await self._record(applied)
        self._finish(applied, by_position, is_recorded=True)
        self.lanes.forget(_settled_positions(applied))
        count_settled(applied)
        self._note(applied)

    def _without_fetches(
        self, applied: Sequence[Receipt], turns: dict[int, Turn]
    ) -> Sequence[Receipt]:
        """Leave out those whose resource is to be fetched; the fetch ends their turns."""
        for receipt in applied:
            if receipt.needs_fetch:
                self.fetches.add(turns[receipt.position])
        return [receipt for receipt in applied if not receipt.needs_fetch]

    async def _fetch(self, turn: Turn) -> Unfetched | None:
        """Fetch for one turn, and for what follows it in its lane as far as that answers it."""
        try:
            fetched = await self.loop.fetch_resources(
                self.lanes.ahead(turn, _MOST_BY_ONE_FETCH),
                time_left=lambda: seconds_to_act(self.held),
            )
        except (StoreUnavailableError, StorageError) as error:
            _log.warning("store.unavailable", detail=str(error))
            await asyncio.sleep(_STORE_AWAY_SECONDS)
            fetched = FetchRound(())
        if not fetched.receipts:
            self.lanes.put_back(turn)
            self.moved.publish()
            return None
        await self._record(fetched.receipts)
        self._finish_fetched(turn, fetched.receipts)
        return fetched.unfetched

    def _finish_fetched(self, turn: Turn, fetched: Sequence[Receipt]) -> None:
        if fetched[0].standing.state is ReceiptState.PENDING:
            self.lanes.park(turn, until=fetched[0].standing.next_attempt)
        else:
            self.lanes.finish(turn, also=[receipt.position for receipt in fetched[1:]])
            self.loop.troubles.clear(turn.lane.stream_id)
        self.moved.publish()
        self.lanes.forget(_settled_positions(fetched))
        count_settled(fetched)
        self._note(fetched)

    def _drop_removed(self, applied: Sequence[Receipt], turns: dict[int, Turn]) -> None:
        """End the turns of receipts that are not there any more: their tenant is being deleted."""
        removed = turns.keys() - {receipt.position for receipt in applied}
        for position in removed:
            self.lanes.finish(turns[position])
        self.lanes.forget(removed)

    def _finish(
        self, applied: Sequence[Receipt], turns: dict[int, Turn], *, is_recorded: bool
    ) -> None:
        """End turns: those that the store has recorded at once, others when our record is durable.

        Were a receipt forgotten to be dead while a later one of its subject has taken effect, it
        would be tried again after a crash, out of order.
        """
        for receipt in applied:
            turn = turns[receipt.position]
            if _is_recorded_by_store(receipt) is is_recorded:
                continue
            if receipt.standing.state is ReceiptState.PENDING:
                self.lanes.park(turn, until=receipt.standing.next_attempt)
            else:
                self.lanes.finish(turn)
        self.moved.publish()

    async def _record(self, applied: Sequence[Receipt]) -> None:
        while True:
            try:
                await self.loop.apply_receipts.record(applied, fence=self.held.lease.fence)
            except StorageError:
                _log.exception("receipts.not_recorded")
                await asyncio.sleep(_DISK_FULL_SECONDS)
            else:
                return

    def _note(self, applied: Sequence[Receipt]) -> None:
        for receipt in applied:
            reason, stream_id = receipt.standing.reason, receipt.arrival.stream_id
            match receipt.standing.state:
                case ReceiptState.DEAD:
                    self.loop.troubles.note(stream_id, reason)
                    _tell("receipt.dead", receipt, _log.error)
                case ReceiptState.PENDING:
                    self.loop.troubles.note(stream_id, reason)
                    _tell("receipt.parked", receipt, _log.warning)
                case _:
                    _tell("receipt.settled", receipt, _log.debug)


def _settled_positions(applied: Sequence[Receipt]) -> list[int]:
    return [
        receipt.position
        for receipt in applied
        if receipt.standing.state is not ReceiptState.PENDING
    ]


def _is_recorded_by_store(receipt: Receipt) -> bool:
    return receipt.standing.state in _RECORDED_ELSEWHERE


def _tell(event: str, receipt: Receipt, log: Callable[..., object]) -> None:
    log(
        event,
        stream_id=receipt.arrival.stream_id,
        jti=receipt.arrival.jti,
        state=receipt.standing.state.name,
        attempts=receipt.standing.attempts,
    )
