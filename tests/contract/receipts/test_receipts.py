"""What every place that keeps receipts must do (set_receiver.ports.receipts)."""

import asyncio
from dataclasses import replace

import pytest
from support.receipt_examples import APPLIED, ARRIVAL, DEAD, PARKED, arrival, arrivals

from set_receiver.domain.receipts import (
    AWAITING,
    DROPPED,
    Arrival,
    Lane,
    PendingReceipt,
    Receipt,
    ReceiptState,
    Selection,
    Tally,
    settled,
)
from set_receiver.ports.receipts import Receipts


async def test_an_added_receipt_is_read_as_it_was_added_and_is_pending(receipts: Receipts) -> None:
    await receipts.add([ARRIVAL])

    assert await receipts.read([1]) == [Receipt(1, ARRIVAL, AWAITING)]


async def test_only_the_first_of_equal_arrivals_is_new(receipts: Receipts) -> None:
    first = await receipts.add([ARRIVAL, ARRIVAL])
    again = await receipts.add([replace(ARRIVAL, token="another")])

    assert [*first, *again] == [True, False, False]
    page = await receipts.page(Selection("default"), after=0, limit=10)
    assert page == [Receipt(1, ARRIVAL, AWAITING)]


async def test_a_duplicate_does_not_keep_out_what_came_with_it(receipts: Receipts) -> None:
    await receipts.add([ARRIVAL])

    are_new = await receipts.add([arrival("jti-0"), ARRIVAL, arrival("jti-2")])

    assert are_new == [True, False, True]


async def test_of_equal_arrivals_at_one_moment_one_is_new(receipts: Receipts) -> None:
    outcomes = await asyncio.gather(
        *(receipts.add([ARRIVAL, arrival(f"jti-of-{n}")]) for n in range(20))
    )

    assert sorted(is_new for is_new, _ in outcomes) == [False] * 19 + [True]
    assert all(is_new for _, is_new in outcomes)


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(replace(ARRIVAL, jti="jti-2"), id="another jti"),
        pytest.param(replace(ARRIVAL, iss="https://b.example"), id="another issuer"),
        pytest.param(replace(ARRIVAL, stream_id="stream-b"), id="another stream"),
        pytest.param(replace(ARRIVAL, tenant="acme"), id="another tenant"),
    ],
)
async def test_an_arrival_is_new_that_differs_in(receipts: Receipts, other: Arrival) -> None:
    assert await receipts.add([ARRIVAL, other]) == [True, True]


async def test_what_comes_later_has_a_later_position(receipts: Receipts) -> None:
    for number in range(5):
        await receipts.add([arrival(f"jti-{number}-a"), arrival(f"jti-{number}-b")])

    found = await receipts.page(Selection("default"), after=0, limit=10)

    expected = [f"jti-{number}-{letter}" for number in range(5) for letter in "ab"]
    assert [receipt.arrival.jti for receipt in found] == expected


async def test_a_recorded_standing_replaces_the_one_before(receipts: Receipts, fence: int) -> None:
    await receipts.add(arrivals(2))

    await receipts.record({1: PARKED, 2: DEAD}, fence=fence)

    assert [receipt.standing for receipt in await receipts.read([1, 2])] == [PARKED, DEAD]


async def test_what_is_settled_is_not_settled_again(receipts: Receipts, fence: int) -> None:
    await receipts.add([ARRIVAL])
    await receipts.record({1: APPLIED}, fence=fence)

    await receipts.record({1: DEAD}, fence=fence)

    assert await receipts.read([1]) == [Receipt(1, ARRIVAL, APPLIED)]
    assert await receipts.tallies() == [Tally("default", "stream-a", ReceiptState.APPLIED, 1)]


async def test_pending_receipts_come_in_the_order_of_their_arrival(
    receipts: Receipts, fence: int
) -> None:
    await receipts.add(arrivals(5))
    await receipts.record({2: APPLIED, 4: PARKED}, fence=fence)
    lane = Lane("default", "stream-a", "/Users/1")

    assert await receipts.pending(after=1, limit=2) == [
        PendingReceipt(3, lane, next_attempt=0),
        PendingReceipt(4, lane, next_attempt=30),
    ]


async def test_a_receipt_without_a_subject_has_a_lane_of_its_own(receipts: Receipts) -> None:
    await receipts.add([replace(arrival, subject_uri="") for arrival in arrivals(2)])

    pending = await receipts.pending(after=0, limit=2)

    assert pending[0].lane != pending[1].lane


async def test_nothing_is_pending_once_all_is_settled(receipts: Receipts, fence: int) -> None:
    await receipts.add([ARRIVAL])
    await receipts.record({1: APPLIED}, fence=fence)

    assert await receipts.pending(after=0, limit=10) == []


async def test_receipts_are_read_in_the_order_of_their_arrival(receipts: Receipts) -> None:
    await receipts.add(arrivals(3))

    found = await receipts.read([3, 1])

    assert [receipt.position for receipt in found] == [1, 3]


@pytest.mark.parametrize(
    ("selected", "positions"),
    [
        pytest.param(Selection("default"), [2, 3], id="of every stream"),
        pytest.param(Selection("default", stream_id="stream-a"), [3, 6], id="of one stream"),
        pytest.param(Selection("default", state=ReceiptState.DEAD), [3, 5], id="in one state"),
        pytest.param(
            Selection("default", stream_id="stream-b", state=ReceiptState.DEAD),
            [5],
            id="of one stream and in one state",
        ),
        pytest.param(
            Selection("default", stream_id="stream-b", state=ReceiptState.PENDING),
            [2],
            id="of one stream and pending",
        ),
        pytest.param(
            Selection("default", received_from=103, received_before=106), [3, 5], id="of a time"
        ),
    ],
)
async def test_a_page_has_the_receipts_of_a_selection(
    receipts: Receipts, fence: int, selected: Selection, positions: list[int]
) -> None:
    arrived = [
        arrival("jti-1"),
        arrival("jti-2", stream_id="stream-b"),
        arrival("jti-3"),
        arrival("jti-4", tenant="acme"),
        arrival("jti-5", stream_id="stream-b"),
        arrival("jti-6"),
        arrival("jti-7"),
    ]
    await receipts.add([replace(one, received=100 + n) for n, one in enumerate(arrived, start=1)])
    await receipts.record(dict.fromkeys((1, 3, 4, 5), DEAD), fence=fence)

    page = await receipts.page(selected, after=1, limit=2)

    assert [receipt.position for receipt in page] == positions


async def test_a_reopened_receipt_is_pending_again_in_its_place(
    receipts: Receipts, fence: int
) -> None:
    await receipts.add(arrivals(4))
    await receipts.record({1: DEAD, 2: APPLIED}, fence=fence)

    assert await receipts.reopen([1, 2]) == 2

    pending = await receipts.pending(after=0, limit=10)
    assert [receipt.position for receipt in pending] == [1, 2, 3, 4]
    assert [receipt.standing for receipt in await receipts.read([1, 2])] == [AWAITING] * 2
    assert await receipts.tallies() == [Tally("default", "stream-a", ReceiptState.PENDING, 4)]


async def test_only_what_is_settled_is_reopened(receipts: Receipts, fence: int) -> None:
    await receipts.add(arrivals(2))
    await receipts.record({1: PARKED}, fence=fence)

    assert await receipts.reopen([1, 2, 3]) == 0

    assert [receipt.standing for receipt in await receipts.read([1, 2])] == [PARKED, AWAITING]


async def test_what_is_dead_can_be_dropped_and_reopened(receipts: Receipts, fence: int) -> None:
    await receipts.add(arrivals(3))
    await receipts.record({1: DEAD, 2: APPLIED}, fence=fence)

    assert await receipts.drop([1, 2, 3, 9], now=50) == 1

    dropped = settled(ReceiptState.IGNORED, DROPPED, now=50)
    standings = [receipt.standing for receipt in await receipts.read([1, 2, 3])]
    assert standings == [dropped, APPLIED, AWAITING]
    assert {(tally.state, tally.receipts) for tally in await receipts.tallies()} == {
        (ReceiptState.IGNORED, 1),
        (ReceiptState.APPLIED, 1),
        (ReceiptState.PENDING, 1),
    }
    assert await receipts.drop([1], now=60) == 0
    assert await receipts.reopen([1]) == 1


async def test_tallies_follow_receipts_from_state_to_state(receipts: Receipts, fence: int) -> None:
    await receipts.add(arrivals(3))
    await receipts.add([arrival("jti-1", stream_id="stream-b"), arrival("jti-0")])
    await receipts.record({1: APPLIED, 2: PARKED}, fence=fence)

    assert set(await receipts.tallies()) == {
        Tally("default", "stream-a", ReceiptState.PENDING, 2),
        Tally("default", "stream-a", ReceiptState.APPLIED, 1),
        Tally("default", "stream-b", ReceiptState.PENDING, 1),
    }
