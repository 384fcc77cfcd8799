"""Sending on what was received, alone or beside applying it (ADR 42)."""

from dataclasses import replace

import pytest
from support.applying import FROM_AFAR, NOW, FakeChanges, FakeRoutes, keep, time_left
from support.memory_receipts import MemoryReceipts

from secevent.provenance import Provenance
from secevent.scim_events import ACTIVATE, PATCH_FULL
from set_receiver.commands.apply_receipts import ApplyReceipts
from set_receiver.domain.errors import StoreUnavailableError
from set_receiver.domain.handling import Handling, RouteMode
from set_receiver.domain.receipts import AWAITING, ReceiptState, settled
from set_receiver.domain.routing import NOT_ROUTED_REASON
from set_receiver.domain.settling import Disposition, refused

BOTH = Handling(route_mode=RouteMode.PUBLISH)
ROUTE = Handling(applies=False, route_mode=RouteMode.FORWARD)


async def test_what_only_goes_on_changes_nothing_here(
    apply_receipts: ApplyReceipts,
    receipts: MemoryReceipts,
    changes: FakeChanges,
    routes: FakeRoutes,
) -> None:
    await keep(receipts, "/Users/ann", handling=ROUTE, came_by=FROM_AFAR)

    (applied,) = await apply_receipts.apply([1], time_left=time_left)

    (sent,) = routes.sent
    assert (sent.origin_clock, sent.origin_cluster) == (7, "origin")
    assert sent.lineage == ("origin", "between", "here")
    assert applied.standing == replace(settled(ReceiptState.ROUTED, "", now=NOW), routed="FW")
    assert changes.applied == []


async def test_with_both_an_event_goes_on_before_it_is_applied_as_routed(
    apply_receipts: ApplyReceipts, receipts: MemoryReceipts, changes: FakeChanges
) -> None:
    await keep(receipts, "/Users/ann", handling=BOTH, came_by=FROM_AFAR)

    (applied,) = await apply_receipts.apply([1], time_left=time_left)

    ((change,),) = changes.applied
    assert changes.steps == ["route", "apply"]
    assert (change.routed, change.clock, change.lineage) == (True, 7, ("origin", "between"))
    assert (applied.standing.state, applied.standing.routed) == (ReceiptState.APPLIED, "PB")


async def test_without_a_stamp_it_has_the_same_one_here_and_where_it_goes_on_to(
    apply_receipts: ApplyReceipts,
    receipts: MemoryReceipts,
    changes: FakeChanges,
    routes: FakeRoutes,
) -> None:
    await keep(receipts, "/Users/ann", handling=BOTH)

    await apply_receipts.apply([1], time_left=time_left)

    ((change,),), (sent,) = changes.applied, routes.sent
    assert (sent.origin_cluster, sent.lineage, change.lineage) == ("here", ("here",), ())
    assert (change.clock, change.cluster) == (sent.origin_clock, sent.origin_cluster)


async def test_what_is_only_applied_is_told_by_the_feed(
    apply_receipts: ApplyReceipts,
    receipts: MemoryReceipts,
    changes: FakeChanges,
    routes: FakeRoutes,
) -> None:
    await keep(receipts, "/Users/ann", came_by=FROM_AFAR)

    await apply_receipts.apply([1], time_left=time_left)

    assert [change.routed for change in changes.applied[0]] == [False]
    assert routes.sent == []


@pytest.mark.parametrize(
    ("handling", "state", "reason"),
    [
        pytest.param(ROUTE, ReceiptState.IGNORED, NOT_ROUTED_REASON, id="route"),
        pytest.param(BOTH, ReceiptState.WITHOUT_EFFECT, "OWN", id="both"),
    ],
)
async def test_what_has_been_here_does_not_go_on(
    apply_receipts: ApplyReceipts,
    receipts: MemoryReceipts,
    changes: FakeChanges,
    routes: FakeRoutes,
    handling: Handling,
    state: ReceiptState,
    reason: str,
) -> None:
    changes.results["ann"] = Disposition.OWN
    circle = Provenance(7, "here", ("here", "between"), "")
    await keep(receipts, "/Users/ann", handling=handling, came_by=circle)

    (applied,) = await apply_receipts.apply([1], time_left=time_left)

    assert routes.sent == []
    assert applied.standing == settled(state, reason, now=NOW)


async def test_what_tells_of_its_stream_does_not_go_on(
    apply_receipts: ApplyReceipts, receipts: MemoryReceipts, routes: FakeRoutes
) -> None:
    uri = "https://schemas.openid.net/secevent/ssf/event-type/verification"
    await keep(receipts, "/Users/ann", handling=ROUTE, events={uri: {"state": "x"}})

    (applied,) = await apply_receipts.apply([1], time_left=time_left)

    assert (applied.standing.state, routes.sent) == (ReceiptState.IGNORED, [])


async def test_facets_go_on_in_the_order_in_which_they_are_applied(
    apply_receipts: ApplyReceipts, receipts: MemoryReceipts, routes: FakeRoutes
) -> None:
    patch = {"data": {"Operations": []}}
    events = {"urn:other": {}, ACTIVATE: {}, PATCH_FULL: patch}
    await keep(receipts, "/Users/ann", handling=ROUTE, events=events)

    await apply_receipts.apply([1], time_left=time_left)

    assert [uri for uri, _ in routes.sent[0].events] == [PATCH_FULL, ACTIVATE, "urn:other"]


async def test_while_the_transmitter_is_away_what_goes_on_waits_and_others_do_not(
    apply_receipts: ApplyReceipts,
    receipts: MemoryReceipts,
    changes: FakeChanges,
    routes: FakeRoutes,
) -> None:
    routes.is_away = True
    await keep(receipts, "/Users/ann", handling=BOTH)
    await keep(receipts, "/Users/ben")

    waiting, applied = await apply_receipts.apply([1, 2], time_left=time_left)

    expected = replace(AWAITING, reason="away", next_attempt=NOW + 1_000_000)
    assert waiting.standing == expected
    assert applied.standing.state is ReceiptState.APPLIED
    assert [change.resource_id for change in changes.applied[0]] == ["ben"]


async def test_a_set_that_cannot_go_on_keeps_no_other_back_and_is_not_applied(
    apply_receipts: ApplyReceipts,
    receipts: MemoryReceipts,
    changes: FakeChanges,
    routes: FakeRoutes,
) -> None:
    routes.refused = frozenset({"/Users/ben"})
    await keep(receipts, "/Users/ann", "/Users/ben", "/Users/cai", handling=BOTH)

    applied = await apply_receipts.apply([1, 2, 3], time_left=time_left)

    assert [each.standing.routed for each in applied] == ["PB", "", "PB"]
    assert applied[1].standing.reason == "INTERNAL: a defect"
    assert applied[1].standing.state is ReceiptState.PENDING
    assert [change.resource_id for change in changes.applied[0]] == ["ann", "cai"]


async def test_what_went_on_and_could_not_be_applied_yet_does_not_go_on_again(
    apply_receipts: ApplyReceipts,
    receipts: MemoryReceipts,
    changes: FakeChanges,
    routes: FakeRoutes,
) -> None:
    changes.results["ann"] = refused("UNIQUENESS", "userName")
    await keep(receipts, "/Users/ann", handling=BOTH)
    parked = await apply_receipts.apply([1], time_left=time_left)
    await apply_receipts.record(parked, fence=1)
    changes.results.clear()

    (applied,) = await apply_receipts.apply([1], time_left=time_left)

    assert (applied.standing.state, applied.standing.routed) == (ReceiptState.APPLIED, "PB")
    assert len(routes.sent) == 1
    assert [change.routed for change in changes.applied[-1]] == [True]


async def test_after_a_crash_between_the_two_both_are_done_again(
    apply_receipts: ApplyReceipts,
    receipts: MemoryReceipts,
    changes: FakeChanges,
    routes: FakeRoutes,
) -> None:
    """Each knows what is repeated: the log by what a SET says, the store by the change."""
    changes.is_away = True
    await keep(receipts, "/Users/ann", handling=BOTH)
    with pytest.raises(StoreUnavailableError):
        await apply_receipts.apply([1], time_left=time_left)
    changes.is_away = False

    (applied,) = await apply_receipts.apply([1], time_left=time_left)

    assert [each.lineage for each in routes.sent] == [("here",)] * 2
    assert applied.standing.state is ReceiptState.APPLIED
