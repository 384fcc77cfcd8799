"""What every place that keeps receipts does when their subject is erased."""

from dataclasses import replace

import pytest
from support.receipt_examples import APPLIED, ARRIVAL, DEAD, PARKED

from set_receiver.commands.reapply import Reapply
from set_receiver.domain.errors import ReceiptErasedError
from set_receiver.domain.receipts import ERASED, Receipt, ReceiptState, Standing, Tally
from set_receiver.ports.receipts import Receipts

ERASED_ARRIVAL = replace(ARRIVAL, token="")


def ignored(standing: Standing) -> Standing:
    return replace(standing, state=ReceiptState.IGNORED, reason=ERASED, settled=99, next_attempt=0)


async def test_tokens_go_and_what_was_done_stays_known(receipts: Receipts, fence: int) -> None:
    others = [
        replace(ARRIVAL, jti="of-another", subject_uri="/Users/11"),
        replace(ARRIVAL, tenant="acme"),
    ]
    mine = [replace(ARRIVAL, jti=jti) for jti in ("pending", "applied", "dead")]
    await receipts.add([*mine, *others])
    await receipts.record({1: PARKED, 2: APPLIED, 3: DEAD, 4: DEAD, 5: DEAD}, fence=fence)

    erased = await receipts.erase("default", "/1", now=99)

    assert erased == 3
    found = await receipts.read([1, 2, 3, 4, 5])
    emptied = [replace(each, token="") for each in mine]
    assert found == [
        Receipt(1, emptied[0], ignored(PARKED)),
        Receipt(2, emptied[1], replace(APPLIED, reason=ERASED)),
        Receipt(3, emptied[2], ignored(DEAD)),
        Receipt(4, others[0], DEAD),
        Receipt(5, others[1], DEAD),
    ]
    assert sorted(await receipts.tallies(), key=str) == sorted(
        [
            Tally("acme", "stream-a", ReceiptState.DEAD, 1),
            Tally("default", "stream-a", ReceiptState.APPLIED, 1),
            Tally("default", "stream-a", ReceiptState.DEAD, 1),
            Tally("default", "stream-a", ReceiptState.IGNORED, 2),
        ],
        key=str,
    )


async def test_what_is_erased_is_recognised_and_not_kept_again(receipts: Receipts) -> None:
    await receipts.add([ARRIVAL])
    await receipts.erase("default", "/1", now=99)

    assert await receipts.add([ARRIVAL]) == [False]
    assert [each.arrival for each in await receipts.read([1])] == [ERASED_ARRIVAL]
    assert await receipts.pending(after=0, limit=10) == []


async def test_what_is_erased_is_not_applied_again(receipts: Receipts) -> None:
    await receipts.add([ARRIVAL])
    await receipts.erase("default", "/1", now=99)

    assert await receipts.reopen([1]) == 0
    with pytest.raises(ReceiptErasedError):
        await Reapply(receipts).one("default", 1)


async def test_a_repeated_erasure_finds_nothing(receipts: Receipts) -> None:
    await receipts.add([ARRIVAL])
    await receipts.erase("default", "/1", now=99)
    before = await receipts.read([1])

    assert await receipts.erase("default", "/1", now=100) == 0
    assert await receipts.read([1]) == before
    await receipts.make_unreadable()
