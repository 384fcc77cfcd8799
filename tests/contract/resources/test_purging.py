"""What a storage promises of a tenant that is deleted: nothing is left of it, and all of others."""

import asyncio
import itertools

import pytest
from support.purged_tenants import GONE, STAYS, until_nothing_is_left
from support.store_driver import StoreDriver, creation, foreign
from support.stores import StorePlace, opened

from resource_store.commands.purge_tenant import PurgeTenant
from resource_store.commands.read_resources import ReadRequest
from resource_store.commands.write_resources import Delete, Modify, Operation, WriteRequest
from resource_store.domain.async_requests import AsyncRequest
from resource_store.domain.causes import Cause
from resource_store.domain.changes import Change, ChangeKind
from resource_store.domain.errors import ResourceNotFoundError, TenantClosedError
from resource_store.domain.members import DERIVED
from resource_store.domain.resources import Ref, Resource, StoreIdentity, clock_of
from scim.profile import TOLERANT

NOON = 1_800_000_000_000_000
NEWBORN = StoreIdentity(cluster="here2345", epoch="firstepoch")
TXNS = itertools.count()


async def write(store: StoreDriver, tenant: str, operation: Operation) -> object:
    """Carry out one write for a tenant, and return its result or its error."""
    cause = Cause(tenant, f"purging-{next(TXNS)}", "")
    request = WriteRequest(cause, operation, profile=TOLERANT, shown=DERIVED)
    (result,) = await store.write_resources([request])
    return result


async def create(store: StoreDriver, tenant: str, user_name: str) -> Resource:
    """Create a user of a tenant."""
    created = await write(store, tenant, creation("User", {"userName": user_name}))
    assert isinstance(created, Resource)
    return created


async def read(store: StoreDriver, tenant: str, ref: Ref) -> object:
    """Return a resource of a tenant, or why there is none."""
    (found,) = await store.read_resources([ReadRequest(tenant, ref, DERIVED)])
    return found


async def live(store: StoreDriver, tenant: str) -> Resource:
    """Let a tenant have something of everything; return a user that is left."""
    ann, bob = await create(store, tenant, "ann"), await create(store, tenant, "bob")
    members = [{"value": ann.ref.id}, {"value": bob.ref.id}]
    group = {"displayName": "all", "members": members}
    await write(store, tenant, creation("Group", group))
    await write(store, tenant, Delete(bob.ref, None))
    change = foreign(ChangeKind.CREATE, Ref("User", "far"), {"userName": "far"}, clock=NOON)
    object.__setattr__(change.cause, "tenant", tenant)
    assert not isinstance((await store.applied(change))[0], Exception)
    await store.storage.async_requests.queue(
        [AsyncRequest(tenant, "waits", "somebody", b"POST", NOON)]
    )
    return ann


async def purge(store: StoreDriver, tenant: str, *, limit: int | None = None) -> int:
    """Purge a tenant, and return how many steps that took."""
    purging = store.storage.purging
    if limit is None:
        return await until_nothing_is_left(lambda: PurgeTenant(purging)(tenant))
    await purging.close(tenant)
    return await until_nothing_is_left(lambda: purging.remove(tenant, limit=limit))


async def tenants_told(store: StoreDriver, cursor: str = "") -> list[str]:
    """Return whose changes the feed has, in their order."""
    return [change.tenant for change in await store.changes(cursor)]


async def test_nothing_of_a_purged_tenant_is_found(store: StoreDriver) -> None:
    ann = await live(store, GONE)

    await purge(store, GONE)

    assert isinstance(await read(store, GONE, ann.ref), ResourceNotFoundError)
    assert await store.storage.count(GONE) == 0
    assert await store.storage.async_requests.find(GONE, "waits") is None
    assert await tenants_told(store) == []


async def test_another_tenant_keeps_everything(store: StoreDriver) -> None:
    await live(store, GONE)
    ann = await live(store, STAYS)
    before = await read(store, STAYS, ann.ref)
    told: list[Change] = [c for c in await store.changes() if c.tenant == STAYS]
    count = await store.storage.count(STAYS)

    await purge(store, GONE)

    assert await read(store, STAYS, ann.ref) == before
    assert await store.changes() == told
    assert await store.storage.count(STAYS) == count
    assert await store.storage.async_requests.find(STAYS, "waits") is not None
    again = await write(store, STAYS, creation("User", {"userName": "ann"}))
    assert isinstance(again, Exception)


async def test_cursors_go_on_over_the_gaps(store: StoreDriver) -> None:
    await create(store, GONE, "one")
    await create(store, STAYS, "one")
    before = await store.end()
    await create(store, GONE, "two")
    await create(store, STAYS, "two")
    await create(store, GONE, "three")
    end = await store.end()

    await purge(store, GONE)

    assert await tenants_told(store, before) == [STAYS]
    assert await tenants_told(store, end) == []
    await create(store, STAYS, "three")
    assert await tenants_told(store, end) == [STAYS]


async def test_a_step_takes_a_part_and_a_restart_loses_none(
    place: StorePlace, ending: asyncio.Event
) -> None:
    async with opened(place, NEWBORN, now=lambda: NOON, ending=ending) as store:
        await live(store, GONE)
        await live(store, STAYS)
        await store.storage.purging.close(GONE)
        await store.storage.purging.remove(GONE, limit=1)
        left = await store.storage.count(GONE)

    async with opened(place, NEWBORN, now=lambda: NOON, ending=ending) as store:
        assert await store.storage.count(GONE) == left > 0
        assert isinstance(
            await write(store, GONE, creation("User", {"userName": "zoe"})), TenantClosedError
        )
        assert await purge(store, GONE, limit=1) > 2
        assert await store.storage.count(GONE) == 0
        assert set(await tenants_told(store)) == {STAYS}


async def test_two_may_purge_at_once(store: StoreDriver) -> None:
    await live(store, GONE)
    await live(store, STAYS)

    await asyncio.gather(*(purge(store, GONE, limit=2) for _ in range(3)))

    assert await store.storage.count(GONE) == 0
    assert set(await tenants_told(store)) == {STAYS}


async def test_a_tenant_that_never_was_is_purged_at_once(store: StoreDriver) -> None:
    assert await purge(store, GONE) == 1


async def test_late_writes_are_refused_and_leave_nothing(store: StoreDriver) -> None:
    ann = await live(store, GONE)
    await purge(store, GONE)

    late = [
        await write(store, GONE, creation("User", {"userName": "late"})),
        await write(store, GONE, Modify(ann.ref, b"{}", None)),
        await write(store, STAYS, creation("User", {"userName": "other"})),
    ]

    assert [type(each) for each in late[:1]] == [TenantClosedError]
    assert isinstance(late[1], Exception)
    assert isinstance(late[2], Resource)
    assert await store.storage.count(GONE) == 0
    assert await tenants_told(store) == [STAYS]


async def test_a_late_change_of_another_cluster_is_refused_alone(store: StoreDriver) -> None:
    await purge(store, GONE)
    late, other = (
        foreign(ChangeKind.CREATE, Ref("User", "far"), {"userName": "far"}, clock=NOON)
        for _ in range(2)
    )
    object.__setattr__(late.cause, "tenant", GONE)

    refused, applied = await store.applied(late, other)

    assert isinstance(refused, TenantClosedError)
    assert not isinstance(applied, Exception)
    assert await store.storage.count(GONE) == 0


async def test_a_late_request_to_be_answered_later_is_refused(store: StoreDriver) -> None:
    await purge(store, GONE)
    requests = [AsyncRequest(tenant, "late", "somebody", b"POST", NOON) for tenant in (GONE, STAYS)]

    with pytest.raises(TenantClosedError):
        await store.storage.async_requests.queue(requests)

    assert await store.storage.async_requests.waiting(limit=10) == []


async def test_the_clock_never_goes_back_after_a_purge(
    place: StorePlace, ending: asyncio.Event
) -> None:
    """Or a version of another tenant could be given twice."""
    async with opened(place, NEWBORN, now=lambda: NOON, ending=ending) as store:
        last = clock_of((await create(store, GONE, "ann")).version)
        await store.settled()
        await purge(store, GONE)

    async with opened(place, NEWBORN, now=lambda: NOON - 60_000_000, ending=ending) as store:
        assert clock_of((await create(store, STAYS, "ann")).version) > last
