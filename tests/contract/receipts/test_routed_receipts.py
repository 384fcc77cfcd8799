"""What every keeper of receipts does with those that go on."""

from dataclasses import replace

from support.receipt_examples import ARRIVAL, PARKED, arrival

from set_receiver.domain.handling import Action, Handling, RouteMode, handling_text, parse_handling
from set_receiver.domain.receipts import AWAITING, Receipt, ReceiptState, Selection, Tally, settled
from set_receiver.ports.receipts import Receipts

BOTH = Handling(
    applies=True, route_mode=RouteMode.FORWARD, reactions=(("urn:a", Action.DEACTIVATE),)
)


async def test_a_receipt_keeps_what_is_to_be_done_with_it(receipts: Receipts) -> None:
    kept = replace(ARRIVAL, handling=handling_text(BOTH))
    await receipts.add([kept])

    (found,) = await receipts.page(Selection("default"), after=0, limit=10)

    assert found == Receipt(found.position, kept, AWAITING)
    assert parse_handling(found.arrival.handling) == BOTH


async def test_one_that_has_gone_on_is_still_known_to_while_it_waits_to_be_applied(
    receipts: Receipts, fence: int
) -> None:
    await receipts.add([ARRIVAL])
    (found,) = await receipts.page(Selection("default"), after=0, limit=10)
    parked = replace(PARKED, routed="PB")

    await receipts.record({found.position: parked}, fence=fence)

    assert [each.standing for each in await receipts.read([found.position])] == [parked]


async def test_what_only_goes_on_is_counted_by_itself(receipts: Receipts, fence: int) -> None:
    await receipts.add([ARRIVAL, arrival("jti-2")])
    first, _ = await receipts.page(Selection("default"), after=0, limit=10)
    routed = replace(settled(ReceiptState.ROUTED, "", now=40), routed="FW")

    await receipts.record({first.position: routed}, fence=fence)

    tallies = await receipts.tallies()
    assert Tally("default", "stream-a", ReceiptState.ROUTED, 1) in tallies
    chosen = Selection("default", state=ReceiptState.ROUTED)
    assert [each.standing for each in await receipts.page(chosen, after=0, limit=10)] == [routed]
