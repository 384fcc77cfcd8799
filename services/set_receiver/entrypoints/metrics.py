"""What the receiver tells Prometheus, and what it remembers of each stream's last trouble."""

import asyncio
from collections.abc import Callable, Collection, Sequence
from functools import cache
from typing import Final

from prometheus_client import Counter, Gauge, Histogram

from servicekit.failures import StorageError
from set_receiver.domain.acceptance import Acceptance, Received, Refused, Undecided
from set_receiver.domain.receipts import Receipt, ReceiptState
from set_receiver.ports.receipts import Receipts

_MICROSECONDS = 1_000_000
_REFRESH_SECONDS = 2.0
_SECONDS: Final = (
    0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 3600.0,
)  # fmt: skip

_delivered = Counter(
    "heliograph_sets_delivered", "SETs that arrived, by what was answered.", ["stream_id", "answer"]
)
_settled = Counter(
    "heliograph_receipts_settled", "Receipts by what became of them.", ["stream_id", "outcome"]
)
_pending = Gauge("heliograph_receipts_pending", "Receipts that wait to be applied.", ["stream_id"])
_apply_seconds = Histogram(
    "heliograph_apply_seconds",
    "Time from receipt to settlement.",
    ["stream_id"],
    buckets=_SECONDS,
)
_lag_seconds = Histogram(
    "heliograph_replication_lag_seconds",
    "Time from the change at its origin to its taking effect here.",
    ["stream_id"],
    buckets=_SECONDS,
)


def count_deliveries(stream_id: str, acceptances: Sequence[Acceptance]) -> None:
    """Count what was answered."""
    for acceptance in acceptances:
        _deliveries_of(stream_id, _answer(acceptance)).inc()


@cache
def _deliveries_of(stream_id: str, answer: str) -> Counter:
    # to look it up by its labels costs as much as to count
    return _delivered.labels(stream_id, answer)


def forget_others(stream_ids: Collection[str]) -> None:
    """Give no series of other streams any more: those are gone."""
    _deliveries_of.cache_clear()
    for metric in (_delivered, _settled, _pending, _apply_seconds, _lag_seconds):
        known = {sample.labels["stream_id"] for each in metric.collect() for sample in each.samples}
        for stream_id in known - set(stream_ids):
            metric.remove_by_labels({"stream_id": stream_id})


async def show_pending(receipts: Receipts, is_known: Callable[[str], bool]) -> None:
    """Keep the number of receipts that wait current, until cancelled.

    A stream that is gone is not shown, unless receipts of it wait.
    """
    while True:
        try:
            tallies = await receipts.tallies()
        except StorageError:
            # It is told elsewhere; what was true last stands.
            tallies = ()
        pending = {tally.stream_id: 0 for tally in tallies}
        for tally in tallies:
            if tally.state is ReceiptState.PENDING:
                pending[tally.stream_id] += tally.receipts
        for stream_id, waiting in pending.items():
            if waiting or is_known(stream_id):
                _pending.labels(stream_id).set(waiting)
        await asyncio.sleep(_REFRESH_SECONDS)


def count_settled(receipts: Sequence[Receipt]) -> None:
    """Count and measure what became of receipts; those that still wait are passed over."""
    for receipt in receipts:
        if receipt.standing.state is not ReceiptState.PENDING:
            _count_settled(receipt)


def _count_settled(receipt: Receipt) -> None:
    arrival, standing = receipt.arrival, receipt.standing
    stream_id = arrival.stream_id
    _settled.labels(stream_id, standing.state.name.lower()).inc()
    _apply_seconds.labels(stream_id).observe(_between(arrival.received, standing.settled))
    if arrival.origin_clock and standing.state is ReceiptState.APPLIED:
        _lag_seconds.labels(stream_id).observe(_between(arrival.origin_clock, standing.settled))


def _between(earlier: int, later: int) -> float:
    """Return the seconds between two times, none when the clocks of two machines disagree."""
    return max(later - earlier, 0) / _MICROSECONDS


def _answer(acceptance: Acceptance) -> str:
    match acceptance:
        case Received(is_new):
            return "received" if is_new else "duplicate"
        case Refused(error):
            return error.err
        case Undecided():
            return "undecided"
