"""The loops that apply received events, in order by subject and in parallel otherwise."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import structlog

from servicekit.failures import StorageError
from servicekit.signals import News
from set_receiver.commands.apply_receipts import ApplyReceipts
from set_receiver.domain.errors import StoreUnavailableError
from set_receiver.domain.lanes import Lanes, Turn
from set_receiver.domain.receipts import Receipt, ReceiptState
from set_receiver.entrypoints.metrics import count_settled
from set_receiver.entrypoints.troubles import Troubles
from set_receiver.ports.receipts import Receipts

_APPLIERS = 2
_BATCH = 64
_LOADED_AT_ONCE = 2_000
_MOST_LOADED = 50_000
_LONGEST_WAIT_SECONDS = 30.0
_STORE_AWAY_SECONDS = 0.5
_DISK_FULL_SECONDS = 1.0
_MICROSECONDS = 1_000_000

_log = structlog.get_logger()


@dataclass(slots=True)
class ApplyLoop:
    """Takes pending receipts from the database, the oldest first, and brings them to the store."""

    receipts: Receipts
    apply_receipts: ApplyReceipts
    arrived: News
    """Published when there are new receipts."""
    clock: Callable[[], int]
    troubles: Troubles
    _lanes: Lanes = field(default_factory=Lanes)
    _moved: News = field(default_factory=News)

    async def __call__(self) -> None:
        """Run until cancelled; begins with what the last run left pending."""
        self._lanes = Lanes()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._load())
            for _ in range(_APPLIERS):
                tasks.create_task(self._apply())

    async def _load(self) -> None:
        loaded = 0
        while True:
            arrived, moved = self.arrived.edition, self._moved.edition
            if len(self._lanes) >= _MOST_LOADED:
                await self._moved.wait_past(moved, seconds=_LONGEST_WAIT_SECONDS)
                continue
            pending = await self.receipts.pending(after=loaded, limit=_LOADED_AT_ONCE)
            for receipt in pending:
                self._lanes.add(receipt)
                loaded = receipt.position
            if pending:
                self._moved.publish()
            else:
                await self.arrived.wait_past(arrived, seconds=_LONGEST_WAIT_SECONDS)

    async def _apply(self) -> None:
        while True:
            moved = self._moved.edition
            turns = self._lanes.take(_BATCH, now=self.clock())
            if turns:
                await self._apply_batch(turns)
            else:
                await self._moved.wait_past(moved, seconds=self._until_next_ready())

    def _until_next_ready(self) -> float:
        ready_at = self._lanes.next_ready()
        if ready_at is None:
            return _LONGEST_WAIT_SECONDS
        return min(max(ready_at - self.clock(), 0) / _MICROSECONDS, _LONGEST_WAIT_SECONDS)

    async def _apply_batch(self, turns: Sequence[Turn]) -> None:
        by_position = {turn.position: turn for turn in turns}
        try:
            applied = await self.apply_receipts.apply(list(by_position))
        except StoreUnavailableError as error:
            _log.warning("store.unavailable", detail=str(error))
            for turn in reversed(turns):
                self._lanes.put_back(turn)
            await asyncio.sleep(_STORE_AWAY_SECONDS)
            return
        self._finish(applied, by_position, is_recorded=False)
        await self._record(applied)
        self._finish(applied, by_position, is_recorded=True)
        count_settled(applied)
        self._note(applied)

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
                self._lanes.park(turn, until=receipt.standing.next_attempt)
            else:
                self._lanes.finish(turn)
        self._moved.publish()

    async def _record(self, applied: Sequence[Receipt]) -> None:
        while True:
            try:
                await self.apply_receipts.record(applied)
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
                    self.troubles.note(stream_id, reason)
                    _tell("receipt.dead", receipt, _log.error)
                case ReceiptState.PENDING:
                    self.troubles.note(stream_id, reason)
                    _tell("receipt.parked", receipt, _log.warning)
                case _:
                    _tell("receipt.settled", receipt, _log.debug)


def _is_recorded_by_store(receipt: Receipt) -> bool:
    return receipt.standing.state in {ReceiptState.APPLIED, ReceiptState.WITHOUT_EFFECT}


def _tell(event: str, receipt: Receipt, log: Callable[..., object]) -> None:
    log(
        event,
        stream_id=receipt.arrival.stream_id,
        jti=receipt.arrival.jti,
        state=receipt.standing.state.name,
        attempts=receipt.standing.attempts,
    )
