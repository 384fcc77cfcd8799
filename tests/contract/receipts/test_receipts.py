"""What every place that keeps receipts must do (set_receiver.ports.receipts)."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from support.memory_receipts import MemoryReceipts

from servicekit.sqlite import Database
from set_receiver.adapters.sqlite_receipts import MIGRATIONS, SqliteReceipts
from set_receiver.domain.receipts import (
    AWAITING,
    Arrival,
    Lane,
    PendingReceipt,
    Receipt,
    ReceiptState,
    Standing,
    Tally,
    settled,
)
from set_receiver.ports.receipts import Receipts

ARRIVAL = Arrival(
    tenant="default",
    stream_id="stream-a",
    iss="https://a.example",
    jti="jti-1",
    token="header.payload.signature",
    txn="txn-1",
    event_type="urn:ietf:params:scim:event:prov:delete",
    subject_uri="/Users/1",
    origin_clock=2**63 - 1,
    received=20,
    traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
)
PARKED = Standing(
    ReceiptState.PENDING,
    "UNIQUENESS: userName",
    settled=0,
    attempts=2,
    first_failed=25,
    next_attempt=30,
)


@pytest.fixture(params=["sqlite", "memory"])
async def receipts(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Receipts]:
    if request.param == "memory":
        yield MemoryReceipts()
        return
    database = Database(tmp_path / "set-receiver.sqlite3", MIGRATIONS)
    yield SqliteReceipts(database)
    await database.close()


def arrival(jti: str, *, stream_id: str = "stream-a", tenant: str = "default") -> Arrival:
    return replace(ARRIVAL, jti=jti, stream_id=stream_id, tenant=tenant)


async def test_an_added_receipt_is_read_as_it_was_added(receipts: Receipts) -> None:
    await receipts.add([(ARRIVAL, AWAITING)])

    assert await receipts.read([1]) == [Receipt(1, ARRIVAL, AWAITING)]


async def test_only_the_first_of_equal_arrivals_is_new(receipts: Receipts) -> None:
    first = await receipts.add([(ARRIVAL, AWAITING), (ARRIVAL, AWAITING)])
    again = await receipts.add([(replace(ARRIVAL, token="another"), AWAITING)])

    assert [*first, *again] == [True, False, False]
    assert await receipts.read([1, 2]) == [Receipt(1, ARRIVAL, AWAITING)]


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
    assert await receipts.add([(ARRIVAL, AWAITING), (other, AWAITING)]) == [True, True]


async def test_a_recorded_standing_replaces_the_one_before(receipts: Receipts) -> None:
    await receipts.add([(ARRIVAL, AWAITING), (arrival("jti-2"), AWAITING)])
    dead = settled(ReceiptState.DEAD, "MUTABILITY: id", now=40, attempts=1)

    await receipts.record({1: PARKED, 2: dead})

    assert [receipt.standing for receipt in await receipts.read([1, 2])] == [PARKED, dead]


async def test_pending_receipts_come_in_the_order_of_their_arrival(receipts: Receipts) -> None:
    await receipts.add([(arrival(f"jti-{number}"), AWAITING) for number in range(5)])
    await receipts.record({2: settled(ReceiptState.APPLIED, "", now=40), 4: PARKED})
    lane = Lane("default", "stream-a", "/Users/1")

    assert await receipts.pending(after=1, limit=2) == [
        PendingReceipt(3, lane, next_attempt=0),
        PendingReceipt(4, lane, next_attempt=30),
    ]


async def test_nothing_is_pending_once_all_is_settled(receipts: Receipts) -> None:
    await receipts.add([(ARRIVAL, AWAITING)])
    await receipts.record({1: settled(ReceiptState.APPLIED, "", now=40)})

    assert await receipts.pending(after=0, limit=10) == []


async def test_receipts_are_read_in_the_order_of_their_arrival(receipts: Receipts) -> None:
    await receipts.add([(arrival(f"jti-{number}"), AWAITING) for number in range(3)])

    found = await receipts.read([3, 1])

    assert [receipt.position for receipt in found] == [1, 3]


@pytest.mark.parametrize(
    ("stream_id", "positions"),
    [
        pytest.param(None, [2, 3], id="of every stream"),
        pytest.param("stream-a", [3], id="of one stream"),
    ],
)
async def test_a_page_has_the_receipts_of_a_tenant(
    receipts: Receipts, stream_id: str | None, positions: list[int]
) -> None:
    await receipts.add(
        [
            (arrival("jti-1"), AWAITING),
            (arrival("jti-2", stream_id="stream-b"), AWAITING),
            (arrival("jti-3"), AWAITING),
            (arrival("jti-4", tenant="acme"), AWAITING),
            (arrival("jti-5", stream_id="stream-b"), AWAITING),
        ]
    )

    page = await receipts.page("default", stream_id=stream_id, after=1, limit=2)

    assert [receipt.position for receipt in page] == positions


async def test_tallies_follow_receipts_from_state_to_state(receipts: Receipts) -> None:
    await receipts.add([(arrival(f"jti-{number}"), AWAITING) for number in range(3)])
    await receipts.add([(arrival("jti-1", stream_id="stream-b"), AWAITING), (ARRIVAL, AWAITING)])
    await receipts.record({1: settled(ReceiptState.APPLIED, "", now=40), 2: PARKED})

    assert set(await receipts.tallies()) == {
        Tally("default", "stream-a", ReceiptState.PENDING, 2),
        Tally("default", "stream-a", ReceiptState.APPLIED, 1),
        Tally("default", "stream-b", ReceiptState.PENDING, 1),
    }
