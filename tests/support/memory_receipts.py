"""Receipts in memory: an adapter of the port, for tests of what stands on it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from set_receiver.domain.receipts import (
    Arrival,
    Lane,
    PendingReceipt,
    Receipt,
    ReceiptState,
    Standing,
    Tally,
)


class MemoryReceipts:
    def __init__(self) -> None:
        self._receipts: list[Receipt] = []

    async def add(self, receipts: Sequence[tuple[Arrival, Standing]]) -> Sequence[bool]:
        return [self._add(arrival, standing) for arrival, standing in receipts]

    async def record(self, standings: Mapping[int, Standing]) -> None:
        for position, standing in standings.items():
            found = self._receipts[position - 1]
            self._receipts[position - 1] = replace(found, standing=standing)

    async def pending(self, *, after: int, limit: int) -> Sequence[PendingReceipt]:
        waiting = [r for r in self._receipts if r.standing.state is ReceiptState.PENDING]
        return [_pending(r) for r in waiting if r.position > after][:limit]

    async def read(self, positions: Sequence[int]) -> Sequence[Receipt]:
        return [receipt for receipt in self._receipts if receipt.position in positions]

    async def page(
        self, tenant: str, *, stream_id: str | None, after: int, limit: int
    ) -> Sequence[Receipt]:
        found = [r for r in self._receipts if r.arrival.tenant == tenant and r.position > after]
        return [r for r in found if stream_id in {None, r.arrival.stream_id}][:limit]

    async def tallies(self) -> Sequence[Tally]:
        counted = Counter(
            (r.arrival.tenant, r.arrival.stream_id, r.standing.state) for r in self._receipts
        )
        return [Tally(*of, receipts=count) for of, count in counted.items()]

    def _add(self, arrival: Arrival, standing: Standing) -> bool:
        if any(_identity(receipt.arrival) == _identity(arrival) for receipt in self._receipts):
            return False
        self._receipts.append(Receipt(len(self._receipts) + 1, arrival, standing))
        return True


def _identity(arrival: Arrival) -> tuple[str, str, str, str]:
    return arrival.tenant, arrival.stream_id, arrival.iss, arrival.jti


def _pending(receipt: Receipt) -> PendingReceipt:
    arrival = receipt.arrival
    return PendingReceipt(
        receipt.position,
        Lane(arrival.tenant, arrival.stream_id, arrival.subject_uri),
        receipt.standing.next_attempt,
    )
