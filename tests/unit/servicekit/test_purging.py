"""The loop that purges tenants which are being deleted."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from support.deleting_tenants import MemoryTenants
from support.eventually import eventually

from servicekit.cancelling import cancelled
from servicekit.failures import StorageError
from servicekit.purging import PurgeLoop, Quiet
from servicekit.signals import News


@dataclass
class Store:
    """Keeps so many things of each tenant, and loses one with each step."""

    things: Counter[str] = field(default_factory=Counter)
    steps: list[str] = field(default_factory=list)
    failures: int = 0
    closed: set[str] = field(default_factory=set)
    reached: Callable[[], None] = lambda: None

    async def purge(self, tenant: str) -> float | None:
        assert tenant in self.closed
        if self.failures:
            self.failures -= 1
            raise StorageError("the disk is full")
        self.steps.append(tenant)
        self.reached()
        await asyncio.sleep(0)
        if not self.things[tenant]:
            return None
        self.things[tenant] -= 1
        return 0.0

    async def close(self, tenants: Collection[str]) -> None:
        self.closed |= set(tenants)


@asynccontextmanager
async def running(tenants: MemoryTenants, store: Store, news: News) -> AsyncIterator[None]:
    loop = PurgeLoop(tenants, store.close, {"a-service": store.purge}, news)
    task = asyncio.create_task(loop.run())
    try:
        yield
    finally:
        await cancelled([task])


async def test_a_tenant_is_purged_to_the_end_and_then_reported() -> None:
    tenants, store = MemoryTenants({"gone"}), Store(Counter(gone=3, stays=1))

    async with running(tenants, store, News()):
        await eventually(lambda: bool(tenants.reported))

    assert store.things == Counter(gone=0, stays=1)
    assert tenants.reported == [("gone", "a-service")]


async def test_news_of_a_tenant_are_heard() -> None:
    tenants, store, news = MemoryTenants(), Store(Counter(gone=3)), News()

    async with running(tenants, store, news):
        await eventually(lambda: tenants.asked == 1)
        tenants.names.add("gone")
        news.publish()
        await eventually(lambda: bool(tenants.reported))

    assert tenants.reported == [("gone", "a-service")]


async def test_what_was_reported_is_not_purged_again() -> None:
    tenants, store, news = MemoryTenants({"gone"}), Store(), News()

    async with running(tenants, store, news):
        await eventually(lambda: bool(tenants.reported))
        for asked in (2, 3):
            news.publish()
            await eventually(lambda asked=asked: tenants.asked == asked)

    assert store.steps == ["gone"]
    assert tenants.reported == [("gone", "a-service")]


async def test_tenants_take_turns() -> None:
    tenants, store = MemoryTenants({"a", "b"}), Store(Counter(a=2, b=2))

    async with running(tenants, store, News()):
        await eventually(lambda: len(tenants.reported) == 2)

    assert store.steps == ["a", "b"] * 3


async def test_a_purge_that_was_ended_goes_on_at_the_next_start() -> None:
    tenants, store, half = MemoryTenants({"gone"}), Store(Counter(gone=10)), asyncio.Event()
    store.reached = lambda: half.set() if store.things["gone"] <= 5 else None

    async with running(tenants, store, News()):
        await half.wait()
    assert store.things["gone"] > 0
    assert tenants.reported == []
    store.closed.clear()
    async with running(tenants, store, News()):
        await eventually(lambda: bool(tenants.reported))

    assert store.things["gone"] == 0


async def test_a_failure_of_the_store_is_not_the_end() -> None:
    tenants, store = MemoryTenants({"gone"}), Store(Counter(gone=1), failures=1)

    async with running(tenants, store, News()):
        await eventually(lambda: bool(tenants.reported))

    assert store.things["gone"] == 0


async def test_a_purge_that_fails_holds_no_other_up() -> None:
    tenants, store, broken = MemoryTenants({"gone"}), Store(), Store(failures=10_000)

    async def close(names: Collection[str]) -> None:
        await store.close(names)
        await broken.close(names)

    purges = {"broken": broken.purge, "works": store.purge}
    task = asyncio.create_task(PurgeLoop(tenants, close, purges, News()).run())
    await eventually(lambda: bool(tenants.reported))
    await cancelled([task])

    assert tenants.reported == [("gone", "works")]


async def test_a_registrar_that_is_away_is_asked_again() -> None:
    tenants, store, news = MemoryTenants({"gone"}, is_away=True), Store(), News()

    async with running(tenants, store, news):
        await eventually(lambda: tenants.asked == 1)
        tenants.is_away = False
        news.publish()
        await eventually(lambda: bool(tenants.reported))

    assert tenants.reported == [("gone", "a-service")]


async def test_what_is_under_way_is_waited_for() -> None:
    now, left = [100.0], Counter(gone=1)

    async def purge(tenant: str) -> float | None:
        left[tenant] -= 1
        return None if left[tenant] < 0 else 0.0

    quiet = Quiet(purge, seconds=5.0, clock=lambda: now[0])

    assert [await quiet("gone"), await quiet("gone")] == [0.0, 5.0]
    now[0] = 105.0
    assert await quiet("gone") is None
