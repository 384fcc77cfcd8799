"""The loop that applies receipts, where some are removed beneath it."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from support.eventually import eventually
from support.memory_receipts import MemoryLinks, MemoryReceipts
from support.no_routes import NoPeople, NoRoutes
from support.publishers import KnownStreams, ScriptedPublisher
from support.receipt_examples import arrival
from support.received_sets import Issuer

from secevent.scim_events import DELETE
from servicekit.cancelling import cancelled
from servicekit.leases import always_held
from servicekit.signals import News
from set_receiver.commands.apply_receipts import ApplyReceipts
from set_receiver.commands.doubts import Doubts
from set_receiver.commands.fetch_resources import FetchResources
from set_receiver.commands.react import React
from set_receiver.commands.route_receipts import RouteReceipts
from set_receiver.domain.changes import ForeignChange
from set_receiver.domain.looks import ALONE
from set_receiver.domain.receipts import Receipt, ReceiptState
from set_receiver.domain.settling import ApplyResult, RetryBudget
from set_receiver.entrypoints.apply_loop import ApplyLoop
from set_receiver.entrypoints.troubles import Troubles


class LosingReceipts(MemoryReceipts):
    """Loses the first receipt after telling that it is pending."""

    async def read(self, positions: Sequence[int]) -> Sequence[Receipt]:
        return [receipt for receipt in await super().read(positions) if receipt.position > 1]


class NoChanges:
    async def apply(
        self, changes: Sequence[ForeignChange], *, seconds: float
    ) -> Sequence[ApplyResult]:
        raise NotImplementedError

    async def cluster(self, *, seconds: float) -> str:
        raise NotImplementedError


async def test_a_receipt_that_was_removed_holds_up_none_of_its_subject() -> None:
    """Receipts are removed when their tenant is deleted."""
    receipts = LosingReceipts()
    issuer = Issuer()
    token = issuer.sign(issuer.token(DELETE, {}, subject="/Users/1"))
    await receipts.add([replace(arrival(jti), token=token) for jti in ("removed", "next")])
    apply_receipts = ApplyReceipts(
        receipts,
        NoChanges(),
        RouteReceipts(NoRoutes()),
        React(NoPeople()),
        {},
        RetryBudget(1),
        clock=lambda: 1,
        jitter=lambda: 0.0,
        doubts=Doubts(KnownStreams(), MemoryLinks()),
    )
    fetch_resources = FetchResources(
        receipts,
        NoChanges(),
        KnownStreams(),
        ScriptedPublisher(),
        {},
        RetryBudget(1),
        clock=lambda: 1,
        jitter=lambda: 0.0,
    )
    loop = ApplyLoop(
        receipts,
        apply_receipts,
        fetch_resources,
        streams_changed=News(),
        arrived=News(),
        follow=lambda _news: asyncio.sleep(3600),
        pace=ALONE,
        clock=lambda: 1,
        troubles=Troubles(),
    )

    applying = asyncio.create_task(loop(always_held("applying")))
    await eventually(lambda: _is_settled(receipts))
    await cancelled([applying])

    assert await _is_settled(receipts)


async def _is_settled(receipts: MemoryReceipts) -> bool:
    (found,) = await receipts.read([2])
    return found.standing.state is not ReceiptState.PENDING
