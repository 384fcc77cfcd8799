"""Receipts in memory: an adapter of the port, for tests of what stands on it."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from set_receiver.domain.links import Link, LinkKey
from set_receiver.domain.receipts import (
    AWAITING,
    DROPPED,
    ERASED,
    NEVER_MIND,
    Arrival,
    PendingReceipt,
    Receipt,
    ReceiptState,
    Selection,
    Standing,
    Tally,
    lane_of,
    settled,
)
from set_receiver.domain.stream_states import MOST_ASKED, RemoteStatus


class MemoryReceipts:
    def __init__(self) -> None:
        self._receipts: list[Receipt] = []

    async def add(self, arrivals: Sequence[Arrival]) -> Sequence[bool]:
        return [self._add(arrival) for arrival in arrivals]

    async def record(
        self,
        standings: Mapping[int, Standing],
        *,
        fence: int,  # noqa: ARG002  nobody else could take over
    ) -> None:
        for position, standing in standings.items():
            found = self._receipts[position - 1]
            if found.standing.state is ReceiptState.PENDING:
                self._receipts[position - 1] = replace(found, standing=standing)

    async def pending(self, *, after: int, limit: int) -> Sequence[PendingReceipt]:
        waiting = [r for r in self._receipts if r.standing.state is ReceiptState.PENDING]
        return [_pending(r) for r in waiting if r.position > after][:limit]

    async def read(self, positions: Sequence[int]) -> Sequence[Receipt]:
        return [receipt for receipt in self._receipts if receipt.position in positions]

    async def page(self, selected: Selection, *, after: int, limit: int) -> Sequence[Receipt]:
        found = [r for r in self._receipts if _is_of(selected, r)]
        return [r for r in found if r.position > after][:limit]

    async def reopen(self, positions: Sequence[int]) -> int:
        found = [r for r in await self.read(positions) if r.standing.state != AWAITING.state]
        found = [r for r in found if r.arrival.token]
        for receipt in found:
            self._receipts[receipt.position - 1] = replace(receipt, standing=AWAITING)
        return len(found)

    async def drop(self, positions: Sequence[int], *, now: int) -> int:
        dead = [r for r in await self.read(positions) if r.standing.state is ReceiptState.DEAD]
        dropped = settled(ReceiptState.IGNORED, DROPPED, now=now)
        for receipt in dead:
            self._receipts[receipt.position - 1] = replace(receipt, standing=dropped)
        return len(dead)

    async def erase(self, tenant: str, path: str, *, now: int) -> int:
        found = [r for r in self._receipts if r.arrival.tenant == tenant and r.arrival.token]
        found = [r for r in found if r.arrival.subject_uri.endswith(path)]
        for receipt in found:
            standing = replace(receipt.standing, reason=ERASED, next_attempt=0)
            if standing.state in NEVER_MIND:
                standing = replace(standing, state=ReceiptState.IGNORED, settled=now)
            arrival = replace(receipt.arrival, token="")
            self._receipts[receipt.position - 1] = Receipt(receipt.position, arrival, standing)
        return len(found)

    async def make_unreadable(self) -> None:
        return

    async def tallies(self) -> Sequence[Tally]:
        counted = Counter(
            (r.arrival.tenant, r.arrival.stream_id, r.standing.state) for r in self._receipts
        )
        return [Tally(*of, receipts=count) for of, count in counted.items()]

    def _add(self, arrival: Arrival) -> bool:
        if any(_identity(receipt.arrival) == _identity(arrival) for receipt in self._receipts):
            return False
        self._receipts.append(Receipt(len(self._receipts) + 1, arrival, AWAITING))
        return True


class MemoryLinks:
    def __init__(self) -> None:
        self.links: dict[LinkKey, Link] = {}

    async def read(self, keys: Sequence[LinkKey]) -> Mapping[LinkKey, Link]:
        return {key: self.links[key] for key in keys if key in self.links}

    async def write(
        self,
        links: Sequence[Link],
        *,
        fence: int,  # noqa: ARG002  nobody else could take over
    ) -> None:
        for link in links:
            self.links.pop(link.key, None)
            if link.is_linked:
                self.links[link.key] = link


class MemoryReceiptPurging:
    """Of no use: positions are places in a list here."""

    async def close(self, tenants: Collection[str]) -> None:
        raise NotImplementedError

    async def remove(self, tenant: str, *, limit: int) -> float | None:
        raise NotImplementedError


@dataclass
class MemoryStreamStates:
    """Dictionaries by tenant and stream."""

    told: dict[tuple[str, str], RemoteStatus] = field(default_factory=dict)
    states: dict[tuple[str, str], list[str]] = field(default_factory=dict)

    async def ask(self, tenant: str, stream_id: str, state: str) -> None:
        states = self.states.setdefault((tenant, stream_id), [])
        states.append(state)
        del states[:-MOST_ASKED]

    async def asked(self, tenant: str, stream_id: str) -> frozenset[str]:
        return frozenset(self.states.get((tenant, stream_id), ()))

    async def note_status(self, tenant: str, stream_id: str, status: RemoteStatus) -> None:
        kept = self.told.get((tenant, stream_id))
        if kept is None or kept.told <= status.told:
            self.told[tenant, stream_id] = status

    async def statuses(self, tenant: str) -> Mapping[str, RemoteStatus]:
        return {names[1]: status for names, status in self.told.items() if names[0] == tenant}


def _identity(arrival: Arrival) -> tuple[str, str, str, str]:
    return arrival.tenant, arrival.stream_id, arrival.iss, arrival.jti


def _is_of(selected: Selection, receipt: Receipt) -> bool:
    arrival = receipt.arrival
    return (
        arrival.tenant == selected.tenant
        and selected.stream_id in {None, arrival.stream_id}
        and selected.state in {None, receipt.standing.state}
        and selected.received_from <= arrival.received < selected.received_before
    )


def _pending(receipt: Receipt) -> PendingReceipt:
    arrival = receipt.arrival
    return PendingReceipt(
        receipt.position,
        lane_of(arrival.tenant, arrival.stream_id, arrival.subject_uri, position=receipt.position),
        receipt.standing.next_attempt,
    )
