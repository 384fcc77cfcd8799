from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from support.memory_receipts import MemoryLinks, MemoryReceipts
from support.publishers import KnownStreams
from support.received_sets import STREAM, Issuer

from secevent.scim_events import ACTIVATE, CREATE_NOTICE, DEACTIVATE, DELETE, PATCH_FULL
from set_receiver.commands.apply_receipts import ApplyReceipts
from set_receiver.commands.doubts import Doubts
from set_receiver.domain.changes import NOTICE_REASON, ChangeKind, ForeignChange
from set_receiver.domain.errors import ChangesRefusedError, StoreUnavailableError
from set_receiver.domain.receipts import AWAITING, Arrival, Receipt, ReceiptState, settled
from set_receiver.domain.settling import ApplyResult, Disposition, RetryBudget, refused

NOW = 1_000
TIME_LEFT = 5.0


@dataclass
class FakeChanges:
    """Applies everything, but what is told otherwise by resource id."""

    results: dict[str, ApplyResult] = field(default_factory=dict)
    poisonous: frozenset[str] = frozenset()
    is_away: bool = False
    applied: list[list[ForeignChange]] = field(default_factory=list)

    async def apply(
        self, changes: Sequence[ForeignChange], *, seconds: float
    ) -> Sequence[ApplyResult]:
        assert seconds == TIME_LEFT
        if self.is_away:
            raise StoreUnavailableError("away")
        if any(change.resource_id in self.poisonous for change in changes):
            raise ChangesRefusedError("RESOURCE_EXHAUSTED", "too large")
        self.applied.append(list(changes))
        return [self.results.get(change.resource_id, Disposition.APPLIED) for change in changes]


@pytest.fixture
def receipts() -> MemoryReceipts:
    return MemoryReceipts()


@pytest.fixture
def changes() -> FakeChanges:
    return FakeChanges()


@pytest.fixture
def apply_receipts(receipts: MemoryReceipts, changes: FakeChanges) -> ApplyReceipts:
    return ApplyReceipts(
        receipts,
        changes,
        {"/Users": "User"},
        RetryBudget(600),
        clock=lambda: NOW,
        jitter=lambda: 0.0,
        doubts=Doubts(KnownStreams(), MemoryLinks()),
    )


def arrival(compact: str, subject: str) -> Arrival:
    return Arrival(
        tenant="default",
        stream_id=STREAM.stream_id,
        iss=STREAM.iss,
        jti=f"jti-of-{subject}",
        token=compact,
        txn="",
        event_type="",
        subject_uri=subject,
        origin_clock=0,
        received=0,
        traceparent="",
    )


async def keep(
    receipts: MemoryReceipts, *subjects: str, events: dict[str, Any] | None = None
) -> None:
    issuer = Issuer()
    for subject in subjects:
        token = issuer.token(DELETE, {}, subject=subject)
        token = replace(token, events=events or token.events)
        await receipts.add([arrival(issuer.sign(token), subject)])


def time_left() -> float:
    return TIME_LEFT


def states(receipts: Sequence[Receipt]) -> list[ReceiptState]:
    return [receipt.standing.state for receipt in receipts]


async def test_receipts_travel_to_the_store_together(
    apply_receipts: ApplyReceipts, receipts: MemoryReceipts, changes: FakeChanges
) -> None:
    await keep(receipts, "/Users/ann", "/Users/ben")

    applied = await apply_receipts.apply([1, 2], time_left=time_left)

    assert [change.resource_id for change in changes.applied[0]] == ["ann", "ben"]
    assert len(changes.applied) == 1
    assert states(applied) == [ReceiptState.APPLIED] * 2


async def test_a_standing_is_recorded_only_when_told(
    apply_receipts: ApplyReceipts, receipts: MemoryReceipts
) -> None:
    await keep(receipts, "/Users/ann")

    applied = await apply_receipts.apply([1], time_left=time_left)

    assert states(await receipts.read([1])) == [ReceiptState.PENDING]
    await apply_receipts.record(applied, fence=1)
    assert await receipts.read([1]) == applied


async def test_a_failing_receipt_leaves_the_others_standing(
    apply_receipts: ApplyReceipts, receipts: MemoryReceipts, changes: FakeChanges
) -> None:
    changes.results["ann"] = refused("MUTABILITY", "id")
    await keep(receipts, "/Users/ann", "/Users/ben")

    assert states(await apply_receipts.apply([1, 2], time_left=time_left)) == [
        ReceiptState.DEAD,
        ReceiptState.APPLIED,
    ]


async def test_the_facets_of_one_event_travel_in_their_order(
    apply_receipts: ApplyReceipts, receipts: MemoryReceipts, changes: FakeChanges
) -> None:
    patch = {"data": {"Operations": []}}
    await keep(receipts, "/Users/ann", events={ACTIVATE: {}, PATCH_FULL: patch})
    await keep(receipts, "/Users/ben", events={DEACTIVATE: {}})

    applied = await apply_receipts.apply([1, 2], time_left=time_left)

    assert [(change.resource_id, change.kind) for change in changes.applied[0]] == [
        ("ann", ChangeKind.PATCH),
        ("ann", ChangeKind.ACTIVATE),
        ("ben", ChangeKind.DEACTIVATE),
    ]
    assert states(applied) == [ReceiptState.APPLIED] * 2


async def test_one_change_that_spoils_the_list_is_found(
    apply_receipts: ApplyReceipts, receipts: MemoryReceipts, changes: FakeChanges
) -> None:
    changes.poisonous = frozenset({"user-3"})
    await keep(receipts, *(f"/Users/user-{number}" for number in range(5)))

    applied = await apply_receipts.apply([1, 2, 3, 4, 5], time_left=time_left)

    assert [r.arrival.subject_uri for r in applied if r.standing.reason] == ["/Users/user-3"]
    assert applied[3].standing.reason == "RESOURCE_EXHAUSTED: too large"
    assert states(applied[:3] + applied[4:]) == [ReceiptState.APPLIED] * 4
    assert applied[3].standing.state is ReceiptState.PENDING


async def test_a_store_that_is_away_spends_no_budget(
    apply_receipts: ApplyReceipts, receipts: MemoryReceipts, changes: FakeChanges
) -> None:
    changes.is_away = True
    await keep(receipts, "/Users/ann")

    with pytest.raises(StoreUnavailableError):
        await apply_receipts.apply([1], time_left=time_left)

    assert [receipt.standing for receipt in await receipts.read([1])] == [AWAITING]


async def test_a_kept_token_that_is_no_longer_understood_is_dead(
    apply_receipts: ApplyReceipts, receipts: MemoryReceipts
) -> None:
    issuer = Issuer()
    token = replace(issuer.token(DELETE, {}, subject="/Users/ann"), events={})
    await receipts.add([arrival(issuer.sign(token), "/Users/ann")])

    (applied,) = await apply_receipts.apply([1], time_left=time_left)

    assert applied.standing.state is ReceiptState.DEAD
    assert applied.standing.reason.startswith("INVALID_REQUEST: ")


async def test_what_is_not_acted_on_is_ignored_without_asking_the_store(
    apply_receipts: ApplyReceipts, receipts: MemoryReceipts, changes: FakeChanges
) -> None:
    await keep(receipts, "/Users/ann", events={CREATE_NOTICE: {"attributes": ["title"]}})

    (applied,) = await apply_receipts.apply([1], time_left=time_left)

    assert applied.standing == settled(ReceiptState.IGNORED, NOTICE_REASON, now=NOW)
    assert changes.applied == []


async def test_what_can_never_be_applied_is_dead_beside_what_is_applied(
    apply_receipts: ApplyReceipts, receipts: MemoryReceipts
) -> None:
    await keep(receipts, "/Devices/1", "/Users/ann")

    dead, applied = await apply_receipts.apply([1, 2], time_left=time_left)

    reason = "UNKNOWN_RESOURCE_TYPE: there is no endpoint /Devices here"
    assert dead.standing == settled(ReceiptState.DEAD, reason, now=NOW)
    assert applied.standing.state is ReceiptState.APPLIED


async def test_where_no_time_is_left_the_store_is_not_asked(
    apply_receipts: ApplyReceipts, receipts: MemoryReceipts, changes: FakeChanges
) -> None:
    await keep(receipts, "/Users/ann")

    with pytest.raises(StoreUnavailableError):
        await apply_receipts.apply([1], time_left=lambda: 0.0)

    assert changes.applied == []
