"""Bringing receipts to the store."""

from dataclasses import replace

import pytest
from support.applying import NOW, FakeChanges, arrival, keep, states, time_left
from support.memory_receipts import MemoryReceipts
from support.received_sets import Issuer

from secevent.scim_events import ACTIVATE, CREATE_NOTICE, DEACTIVATE, DELETE, PATCH_FULL
from set_receiver.commands.apply_receipts import ApplyReceipts
from set_receiver.domain.changes import NOTICE_REASON, ChangeKind
from set_receiver.domain.errors import StoreUnavailableError
from set_receiver.domain.receipts import AWAITING, ReceiptState, settled
from set_receiver.domain.settling import refused


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
