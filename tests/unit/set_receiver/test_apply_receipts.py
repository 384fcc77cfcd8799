from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from support.memory_receipts import MemoryLinks, MemoryReceipts
from support.publishers import KnownStreams
from support.received_sets import STREAM, Issuer

from secevent.provenance import Provenance
from secevent.scim_events import ACTIVATE, CREATE_NOTICE, DEACTIVATE, DELETE, PATCH_FULL
from set_receiver.commands.apply_receipts import ApplyReceipts
from set_receiver.commands.doubts import Doubts
from set_receiver.commands.react import AMBIGUOUS_REASON, React
from set_receiver.commands.route_receipts import RouteReceipts
from set_receiver.domain.changes import NOTICE_REASON, ChangeKind, ForeignChange
from set_receiver.domain.errors import (
    ChangesRefusedError,
    RouteRefusedError,
    StoreUnavailableError,
    TransmitterUnavailableError,
)
from set_receiver.domain.handling import APPLY, Action, Handling, RouteMode, handling_text
from set_receiver.domain.reactions import Lookup, Matching, Person, Reaction
from set_receiver.domain.receipts import AWAITING, Arrival, Receipt, ReceiptState, settled
from set_receiver.domain.routing import NOT_ROUTED_REASON, SetToRoute
from set_receiver.domain.settling import ApplyResult, Disposition, Held, RetryBudget, refused

NOW = 1_000
TIME_LEFT = 5.0


@dataclass
class FakeChanges:
    """Applies everything, but what is told otherwise by resource id."""

    results: dict[str, ApplyResult] = field(default_factory=dict)
    poisonous: frozenset[str] = frozenset()
    is_away: bool = False
    applied: list[list[ForeignChange]] = field(default_factory=list)
    steps: list[str] = field(default_factory=list)

    async def cluster(self, *, seconds: float) -> str:
        assert seconds == TIME_LEFT
        return "here"

    async def apply(
        self, changes: Sequence[ForeignChange], *, seconds: float
    ) -> Sequence[ApplyResult]:
        assert seconds == TIME_LEFT
        if self.is_away:
            raise StoreUnavailableError("away")
        if any(change.resource_id in self.poisonous for change in changes):
            raise ChangesRefusedError("RESOURCE_EXHAUSTED", "too large")
        self.applied.append(list(changes))
        self.steps.append("apply")
        return [self.results.get(change.resource_id, Disposition.APPLIED) for change in changes]


@pytest.fixture
def receipts() -> MemoryReceipts:
    return MemoryReceipts()


@pytest.fixture
def changes() -> FakeChanges:
    return FakeChanges()


@dataclass
class FakeRoutes:
    """Sends everything on, but nothing of the refused subjects."""

    steps: list[str]
    refused: frozenset[str] = frozenset()
    is_away: bool = False
    sent: list[SetToRoute] = field(default_factory=list)

    async def route(self, sets: Sequence[SetToRoute], *, seconds: float) -> None:
        assert seconds == TIME_LEFT
        if self.is_away:
            raise TransmitterUnavailableError("away")
        if any(each.arrival.subject_uri in self.refused for each in sets):
            raise RouteRefusedError("INTERNAL", "a defect")
        self.steps.append("route")
        self.sent.extend(sets)


@pytest.fixture
def routes(changes: FakeChanges) -> FakeRoutes:
    return FakeRoutes(changes.steps)


@dataclass
class FakePeople:
    """Finds whom tests put here, and does what is asked."""

    found: list[Person] = field(default_factory=list)
    lookups: list[Lookup] = field(default_factory=list)
    done: list[tuple[Reaction, str]] = field(default_factory=list)
    result: ApplyResult | Held = Disposition.APPLIED

    async def find(self, tenant: str, lookup: Lookup, *, seconds: float) -> Sequence[Person]:
        assert (tenant, seconds) == ("default", TIME_LEFT)
        self.lookups.append(lookup)
        return self.found

    async def act(
        self, reaction: Reaction, person: Person, *, seconds: float
    ) -> ApplyResult | Held:
        assert seconds == TIME_LEFT
        self.done.append((reaction, reaction.txn_for(person)))
        return self.result


@pytest.fixture
def people() -> FakePeople:
    return FakePeople()


@pytest.fixture
def apply_receipts(
    receipts: MemoryReceipts, changes: FakeChanges, routes: FakeRoutes, people: FakePeople
) -> ApplyReceipts:
    return ApplyReceipts(
        receipts,
        changes,
        RouteReceipts(routes),
        React(people),
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
    receipts: MemoryReceipts,
    *subjects: str,
    events: dict[str, Any] | None = None,
    handling: Handling = APPLY,
    came_by: Provenance | None = None,
) -> None:
    issuer = Issuer()
    for subject in subjects:
        token = issuer.token(DELETE, {}, subject=subject)
        token = replace(token, events=events or token.events, provenance=came_by)
        kept = arrival(issuer.sign(token), subject)
        await receipts.add([replace(kept, handling=handling_text(handling))])


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


BOTH = Handling(route_mode=RouteMode.PUBLISH)
ROUTE = Handling(applies=False, route_mode=RouteMode.FORWARD)
FROM_AFAR = Provenance(7, "origin", ("origin", "between"), "")


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


DISABLED = "https://schemas.openid.net/secevent/risc/event-type/account-disabled"
REVOKED = "https://schemas.openid.net/secevent/caep/event-type/session-revoked"
REACTS = Handling(reactions=((DISABLED, Action.DEACTIVATE),))
ANN = Person("User", "ann", "1")


async def keep_signal(
    receipts: MemoryReceipts, sub_id: dict[str, Any], uri: str = DISABLED, **options: Any
) -> None:
    issuer = Issuer()
    token = issuer.token(uri, {}, subject="/Users/ann", txn="t", provenance=FROM_AFAR)
    token = replace(token, sub_id=sub_id, **options)
    kept = arrival(issuer.sign(token), "a-subject")
    await receipts.add([replace(kept, handling=handling_text(REACTS))])


EMAIL = {"format": "email", "email": 'a"nn@example.com'}


async def test_an_event_sets_off_what_its_stream_says(
    apply_receipts: ApplyReceipts, receipts: MemoryReceipts, people: FakePeople
) -> None:
    people.found = [ANN]
    await keep_signal(receipts, EMAIL)

    (applied,) = await apply_receipts.apply([1], time_left=time_left)

    ((reaction, txn),) = people.done
    quoted = r'"a\"nn@example.com"'
    assert people.lookups == [Matching("User", f"emails.value eq {quoted} or userName eq {quoted}")]
    assert (reaction.action, txn) == (Action.DEACTIVATE, "t:deactivate:ann")
    assert reaction.lineage == ("origin", "between")
    assert applied.standing.state is ReceiptState.APPLIED


async def test_without_a_reaction_nothing_happens(
    apply_receipts: ApplyReceipts, receipts: MemoryReceipts, people: FakePeople
) -> None:
    people.found = [ANN]
    await keep_signal(receipts, EMAIL, REVOKED)
    await keep(receipts, "/Users/ben", events={DISABLED: {}})

    applied = await apply_receipts.apply([1, 2], time_left=time_left)

    assert states(applied) == [ReceiptState.IGNORED] * 2
    assert people.lookups == []


@pytest.mark.parametrize(
    ("found", "state", "reason"),
    [
        pytest.param([ANN, ANN], ReceiptState.DEAD, AMBIGUOUS_REASON, id="two people"),
        pytest.param(
            [],
            ReceiptState.PENDING,
            "NO_SUCH_SUBJECT: no resource here is the subject of the event",
            id="nobody, who may still come",
        ),
    ],
)
async def test_who_must_be_one_person(
    apply_receipts: ApplyReceipts,
    receipts: MemoryReceipts,
    people: FakePeople,
    found: list[Person],
    state: ReceiptState,
    reason: str,
) -> None:
    people.found = found
    await keep_signal(receipts, EMAIL)

    (applied,) = await apply_receipts.apply([1], time_left=time_left)

    assert (applied.standing.state, applied.standing.reason) == (state, reason)
    assert people.done == []


async def test_what_has_been_here_sets_nothing_off(
    apply_receipts: ApplyReceipts, receipts: MemoryReceipts, people: FakePeople
) -> None:
    circle = Provenance(7, "here", ("here", "between"), "")
    await keep_signal(receipts, EMAIL, provenance=circle)

    (applied,) = await apply_receipts.apply([1], time_left=time_left)

    assert applied.standing == settled(ReceiptState.WITHOUT_EFFECT, "OWN", now=NOW)
    assert people.lookups == []


async def test_what_the_brake_holds_is_not_tried_again(
    apply_receipts: ApplyReceipts, receipts: MemoryReceipts, people: FakePeople
) -> None:
    people.found, people.result = [ANN], Held("BRAKE_ON: held")
    await keep_signal(receipts, EMAIL)

    (applied,) = await apply_receipts.apply([1], time_left=time_left)

    assert applied.standing == settled(ReceiptState.WITHOUT_EFFECT, "BRAKE_ON: held", now=NOW)
