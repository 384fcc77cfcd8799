"""What is fetched from a publisher, and what becomes of it (RFC 9967 appendix A; ADR 41)."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import orjson
import pytest
from support.memory_receipts import MemoryLinks, MemoryReceipts
from support.no_routes import NoPeople, NoRoutes
from support.publishers import PUBLISHER, KnownStreams, ScriptedPublisher
from support.receipt_examples import arrival
from support.received_sets import TOKEN, Issuer

from secevent.provenance import Provenance
from secevent.scim_events import (
    ACTIVATE,
    CREATE_FULL,
    CREATE_NOTICE,
    DELETE,
    FEED_ADD,
    FEED_REMOVE,
    PATCH_FULL,
    PATCH_NOTICE,
)
from set_receiver.commands.apply_receipts import ApplyReceipts
from set_receiver.commands.doubts import Doubts
from set_receiver.commands.fetch_resources import COALESCED, FetchResources
from set_receiver.commands.react import React
from set_receiver.commands.route_receipts import RouteReceipts
from set_receiver.domain.changes import (
    LINKED_REASON,
    UNLINKED_REASON,
    ChangeKind,
    ForeignChange,
    stored_token,
)
from set_receiver.domain.fetching import Fetched, Gone, Unfetched
from set_receiver.domain.links import Link, LinkKey
from set_receiver.domain.receipts import Receipt, ReceiptState, Selection
from set_receiver.domain.reconciling import Told, changes_after
from set_receiver.domain.settling import ApplyResult, Disposition, RetryBudget, refused

NOW = 1_000
ANN = "/Users/ann"
KEY = LinkKey("default", "stream-a", ANN)
NOTICE: dict[str, Any] = {"attributes": ["title"]}
PATCH: dict[str, Any] = {"data": {"Operations": [{"op": "remove", "path": "title"}]}}
SHOWN = Fetched(b'{"id":"ann","userName":"ann"}', 'W/"9-aaaaaaaa"')
ISSUER = Issuer()


@dataclass
class FakeChanges:
    """Answers all with one result."""

    result: ApplyResult = Disposition.APPLIED
    applied: list[ForeignChange] = field(default_factory=list)

    async def cluster(self, *, seconds: float) -> str:
        raise NotImplementedError

    async def apply(
        self,
        changes: Sequence[ForeignChange],
        *,
        seconds: float,  # noqa: ARG002  it answers at once
    ) -> Sequence[ApplyResult]:
        self.applied += changes
        return [self.result for _ in changes]


@dataclass
class Receiving:
    """Receipts on their way, with a publisher to ask."""

    streams: KnownStreams = field(default_factory=lambda: KnownStreams(PUBLISHER))
    receipts: MemoryReceipts = field(default_factory=MemoryReceipts)
    links: MemoryLinks = field(default_factory=MemoryLinks)
    changes: FakeChanges = field(default_factory=FakeChanges)
    publisher: ScriptedPublisher = field(default_factory=ScriptedPublisher)
    budget: RetryBudget = field(default_factory=lambda: RetryBudget(600))

    async def keep(self, events: dict[str, Any], **claims: Any) -> None:
        number = len(await self.receipts.page(Selection("default"), after=0, limit=99)) + 1
        named = replace(TOKEN, jti=f"jti-{number}", txn=f"txn-{number}")
        token = replace(named, events=events, **claims)
        kept = replace(
            arrival(token.jti),
            token=ISSUER.sign(token),
            subject_uri=ANN,
            event_type=" ".join(events),
        )
        await self.receipts.add([kept])

    async def apply(self) -> Sequence[Receipt]:
        applied = await self.applying.apply(await self._pending(), time_left=lambda: 5.0)
        settled = [each for each in applied if not each.needs_fetch]
        await self.applying.record(settled, fence=1)
        return applied

    async def fetch(self) -> Sequence[Receipt]:
        fetch_resources = FetchResources(
            self.receipts,
            self.changes,
            self.streams,
            self.publisher,
            {"/Users": "User"},
            self.budget,
            clock=lambda: NOW,
            jitter=lambda: 0.0,
        )
        fetched = await fetch_resources(await self._pending(), time_left=lambda: 5.0)
        await self.applying.record(fetched.receipts, fence=1)
        return fetched.receipts

    @property
    def applying(self) -> ApplyReceipts:
        return ApplyReceipts(
            self.receipts,
            self.changes,
            RouteReceipts(NoRoutes()),
            React(NoPeople()),
            {"/Users": "User"},
            self.budget,
            clock=lambda: NOW,
            jitter=lambda: 0.0,
            doubts=Doubts(self.streams, self.links),
        )

    async def _pending(self) -> list[int]:
        return [each.position for each in await self.receipts.pending(after=0, limit=99)]


@pytest.fixture
def receiving() -> Receiving:
    return Receiving()


def stamped(clock: int, *, version_before: str = "") -> Provenance:
    return Provenance(clock, "aaaaaaaa", ("aaaaaaaa",), version_before)


def outcomes(receipts: Sequence[Receipt]) -> list[tuple[ReceiptState, str]]:
    return [(receipt.standing.state, receipt.standing.reason) for receipt in receipts]


async def test_one_fetch_answers_all_that_was_told_before_it(receiving: Receiving) -> None:
    receiving.publisher.answers[ANN] = [SHOWN]
    await receiving.keep({CREATE_NOTICE: NOTICE}, provenance=stamped(1))
    await receiving.keep({PATCH_FULL: PATCH}, provenance=stamped(2))
    await receiving.keep({PATCH_NOTICE: NOTICE}, provenance=stamped(3))
    await receiving.keep({DELETE: {}}, provenance=stamped(4))

    fetched = await receiving.fetch()

    assert outcomes(fetched) == [
        (ReceiptState.WITHOUT_EFFECT, COALESCED),
        (ReceiptState.WITHOUT_EFFECT, COALESCED),
        (ReceiptState.APPLIED, "FETCHED: fetched from the publisher; and replaced"),
    ]
    assert receiving.publisher.asked == [ANN]
    (change,) = receiving.changes.applied
    assert (change.kind, change.data, change.version) == (
        ChangeKind.REPLACE,
        SHOWN.data,
        SHOWN.version,
    )
    assert (change.clock, change.cluster, change.txn) == (3, "aaaaaaaa", "txn-3")
    assert receiving.links.links == {KEY: Link(KEY, is_linked=True, version=SHOWN.version)}


async def test_a_notice_waits_for_the_fetch_and_asks_nothing_of_the_store(
    receiving: Receiving,
) -> None:
    await receiving.keep({CREATE_NOTICE: NOTICE})

    (receipt,) = await receiving.apply()

    assert receipt.needs_fetch
    assert receiving.changes.applied == []


async def test_what_an_event_tells_beside_the_content_follows_it(receiving: Receiving) -> None:
    receiving.publisher.answers[ANN] = [SHOWN]
    await receiving.keep({CREATE_NOTICE: NOTICE, ACTIVATE: {}})
    await receiving.keep({PATCH_NOTICE: NOTICE})

    fetched = await receiving.fetch()

    assert [each.position for each in fetched] == [1]
    kinds = [change.kind for change in receiving.changes.applied]
    assert kinds == [ChangeKind.REPLACE, ChangeKind.ACTIVATE]


@pytest.mark.parametrize("events", [{CREATE_NOTICE: NOTICE}, {PATCH_FULL: PATCH}, {FEED_ADD: {}}])
async def test_a_resource_without_a_stamp_is_as_old_as_its_cluster_says(
    receiving: Receiving, events: dict[str, Any]
) -> None:
    meta = {"version": 'W/"zz-3fz7kq2a"', "lastModified": "2026-05-28T20:26:40.123Z"}
    data = orjson.dumps({"id": "ann", "meta": meta})
    receiving.publisher.answers[ANN] = [Fetched(data, meta["version"])]
    await receiving.keep(events)

    await receiving.fetch()

    (change,) = receiving.changes.applied
    assert (change.clock, change.cluster) == (1_780_000_000_123_000, "3fz7kq2a")
    assert change.lineage == ("3fz7kq2a",)


async def test_another_providers_resource_has_no_stamp_to_be_refused_by(
    receiving: Receiving,
) -> None:
    receiving.publisher.answers[ANN] = [SHOWN]
    await receiving.keep({CREATE_NOTICE: NOTICE}, txn=None)

    await receiving.fetch()

    (change,) = receiving.changes.applied
    assert (change.clock, change.cluster, change.txn) == (0, "", "jti-1")


async def test_what_the_publisher_has_no_more_is_deleted(receiving: Receiving) -> None:
    receiving.publisher.answers[ANN] = [Gone()]
    receiving.links.links[KEY] = Link(KEY, is_linked=True, version="1")
    await receiving.keep({PATCH_NOTICE: NOTICE}, provenance=stamped(3))

    assert outcomes(await receiving.fetch()) == [
        (ReceiptState.APPLIED, "GONE: the publisher has it no more; deleted here")
    ]
    assert [(c.kind, c.clock) for c in receiving.changes.applied] == [(ChangeKind.DELETE, 3)]
    assert receiving.links.links == {}


async def test_what_has_left_the_feed_before_it_was_fetched_is_not_deleted(
    receiving: Receiving,
) -> None:
    receiving.publisher.answers[ANN] = [Gone()]
    await receiving.keep({FEED_ADD: {}})

    (receipt,) = await receiving.fetch()

    assert receipt.standing.state is ReceiptState.WITHOUT_EFFECT
    assert receiving.changes.applied == []


@pytest.mark.parametrize(
    ("is_away", "waited", "state"),
    [
        pytest.param(False, 599, ReceiptState.PENDING, id="within the budget"),
        pytest.param(False, 600, ReceiptState.DEAD, id="beyond it"),
        pytest.param(True, 24 * 3600 - 1, ReceiptState.PENDING, id="a publisher that is away"),
        pytest.param(True, 24 * 3600, ReceiptState.DEAD, id="away for a day"),
    ],
)
async def test_how_long_a_fetch_is_tried(
    receiving: Receiving, *, is_away: bool, waited: int, state: ReceiptState
) -> None:
    receiving.publisher.answers[ANN] = [Unfetched("AWAY", "503", 40.0, is_away=is_away)]
    await receiving.keep({CREATE_NOTICE: NOTICE})
    await receiving.keep({PATCH_NOTICE: NOTICE})
    (first,) = await receiving.fetch()
    assert (first.standing.state, first.standing.reason) == (ReceiptState.PENDING, "AWAY: 503")
    assert first.standing.next_attempt == NOW + 40_000_000
    long_ago = replace(first.standing, first_failed=NOW - waited * 1_000_000)
    await receiving.receipts.record({1: long_ago}, fence=1)

    after = await receiving.fetch()

    assert {receipt.standing.state for receipt in after} == {state}
    assert len(after) == (2 if state is ReceiptState.DEAD else 1)


async def test_a_receipt_that_only_an_older_release_read_ends_the_run(
    receiving: Receiving,
) -> None:
    receiving.publisher.answers[ANN] = [SHOWN]
    await receiving.keep({CREATE_NOTICE: NOTICE})
    await receiving.keep({})
    await receiving.keep({PATCH_NOTICE: NOTICE})

    assert [receipt.position for receipt in await receiving.fetch()] == [1]


async def test_a_fetched_resource_that_the_store_refuses_is_tried_again(
    receiving: Receiving,
) -> None:
    receiving.publisher.answers[ANN] = [SHOWN]
    receiving.changes.result = refused("UNIQUENESS", "userName")
    await receiving.keep({CREATE_NOTICE: NOTICE})
    await receiving.fetch()
    receiving.changes.result = Disposition.APPLIED

    await receiving.fetch()

    assert receiving.publisher.asked == [ANN, ANN]
    assert await receiving.receipts.pending(after=0, limit=9) == []


@pytest.mark.parametrize(
    ("applied_last", "version", "needs_fetch"),
    [
        pytest.param(None, "2", False, id="nothing is known"),
        pytest.param('W/"1"', "2", False, id="it follows, whatever the notation"),
        pytest.param("0", "2", True, id="a gap"),
        pytest.param("2", "2", False, id="it comes once more"),
        pytest.param("", "2", False, id="no version was told"),
    ],
)
async def test_a_patch_of_another_version_than_was_applied_last_is_fetched(
    receiving: Receiving, applied_last: str | None, version: str, *, needs_fetch: bool
) -> None:
    if applied_last is not None:
        receiving.links.links[KEY] = Link(KEY, is_linked=True, version=applied_last)
    await receiving.keep(
        {PATCH_FULL: {**PATCH, "version": version}}, provenance=stamped(5, version_before="1")
    )

    (receipt,) = await receiving.apply()

    assert receipt.needs_fetch is needs_fetch
    assert bool(receiving.changes.applied) is not needs_fetch


@pytest.mark.parametrize(
    ("publisher", "reason", "needs_fetch"),
    [
        (PUBLISHER, "RESOURCE_NOT_FOUND", True),
        (PUBLISHER, "NO_TARGET", True),
        (PUBLISHER, "UNIQUENESS", False),
        (None, "RESOURCE_NOT_FOUND", False),
    ],
)
async def test_a_patch_that_fails_here_is_fetched_where_that_may_help(
    receiving: Receiving, publisher: Any, reason: str, *, needs_fetch: bool
) -> None:
    receiving.streams.publisher = publisher
    receiving.changes.result = refused(reason, "why")
    await receiving.keep({PATCH_FULL: PATCH})

    (receipt,) = await receiving.apply()

    assert receipt.needs_fetch is needs_fetch


async def test_a_notice_of_an_unknown_stream_is_not_given_up_at_once(receiving: Receiving) -> None:
    """It may have been made a moment ago, and the registrar be away."""
    receiving.streams.is_known = False
    await receiving.keep({CREATE_NOTICE: NOTICE})

    (receipt,) = await receiving.apply()

    assert receipt.standing.state is ReceiptState.PENDING
    assert receipt.standing.reason.startswith("STREAM_UNKNOWN")


async def test_full_events_say_which_version_was_applied_last(receiving: Receiving) -> None:
    await receiving.keep({CREATE_FULL: {"data": {"userName": "ann"}, "version": "1"}})
    await receiving.apply()
    assert receiving.links.links == {KEY: Link(KEY, is_linked=True, version="1")}

    await receiving.keep({ACTIVATE: {}})
    await receiving.apply()
    assert receiving.links.links == {KEY: Link(KEY, is_linked=True, version="1")}

    await receiving.keep({DELETE: {}})
    await receiving.apply()
    assert receiving.links.links == {}


async def test_feed_events_without_a_publisher_change_links_alone(receiving: Receiving) -> None:
    receiving.streams.publisher = None
    await receiving.keep({FEED_ADD: {}})
    assert outcomes(await receiving.apply()) == [(ReceiptState.APPLIED, LINKED_REASON)]
    assert receiving.links.links == {KEY: Link(KEY, is_linked=True, version="")}

    await receiving.keep({FEED_REMOVE: {}})
    assert outcomes(await receiving.apply()) == [(ReceiptState.APPLIED, UNLINKED_REASON)]

    assert receiving.links.links == {}
    assert receiving.changes.applied == []


async def test_a_legacy_notice_has_the_effect_of_its_full_twin(receiving: Receiving) -> None:
    """Same kind, same txn and no version: the store knows the one by the other."""
    await receiving.keep({CREATE_NOTICE: {"attributes": ["userName"]}})
    kept = receiving.receipts
    (position,) = await receiving._pending()
    (receipt,) = await kept.read([position])
    older = replace(
        TOKEN,
        jti="jti-older",
        txn="txn-1",
        events={"urn:ietf:params:event:SCIM:prov:create": {"attributes": ["userName"]}},
    )
    told = Told(stored_token(receipt.arrival), replace(receipt.arrival, token=ISSUER.sign(older)))

    (change,) = changes_after([told], Fetched(b"{}", "7"), resource_types={"/Users": "User"})

    assert (change.kind, change.txn, change.version) == (ChangeKind.CREATE, "txn-1", "")
