"""Applying receipts, by what is in memory."""

import pytest
from support.applying import NOW, FakeChanges, FakePeople, FakeRoutes
from support.memory_receipts import MemoryLinks, MemoryReceipts
from support.publishers import KnownStreams

from set_receiver.commands.apply_receipts import ApplyReceipts
from set_receiver.commands.doubts import Doubts
from set_receiver.commands.react import React
from set_receiver.commands.route_receipts import RouteReceipts
from set_receiver.domain.settling import RetryBudget


@pytest.fixture
def receipts() -> MemoryReceipts:
    return MemoryReceipts()


@pytest.fixture
def changes() -> FakeChanges:
    return FakeChanges()


@pytest.fixture
def routes(changes: FakeChanges) -> FakeRoutes:
    return FakeRoutes(changes.steps)


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
