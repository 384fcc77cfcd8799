"""Two stores, of which one follows the other, come to hold the same."""

import asyncio
import random
from collections import defaultdict
from collections.abc import AsyncIterator
from typing import Any

import pytest
from support.store_driver import StoreDriver
from support.stores import StorePlace, opened

from resource_store.commands.apply_changes import ForeignChange
from resource_store.domain.causes import Cause
from resource_store.domain.changes import Activation, Change
from resource_store.domain.decisions import Effect
from resource_store.domain.resources import Resource, StoreIdentity

NOON = 1_800_000_000_000_000
WRITES = 120


@pytest.fixture
async def follower(place: StorePlace, ending: asyncio.Event) -> AsyncIterator[StoreDriver]:
    newborn = StoreIdentity(cluster="there234", epoch="otherepoch")
    other = place.named("follower")
    async with opened(other, newborn, now=lambda: NOON + 1_000_000, ending=ending) as driver:
        yield driver


@pytest.mark.parametrize("seed", range(4))
async def test_a_follower_holds_the_same_in_whatever_order_resources_come(
    store: StoreDriver, follower: StoreDriver, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 a test
    await _week_of_work(store, chance)
    told = _lanes_mixed(await store.changes(), chance)

    results = await follower.applied(*map(_as_foreign, told))

    assert set(results) <= {Effect.APPLIED, Effect.UNCHANGED}
    assert await _everything(follower) == await _everything(store)


@pytest.mark.parametrize("seed", range(2))
async def test_what_comes_twice_changes_nothing(
    store: StoreDriver, follower: StoreDriver, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 a test
    await _week_of_work(store, chance)
    told = [_as_foreign(change) for change in await store.changes()]
    await follower.applied(*told)
    before = await follower.changes()

    results = await follower.applied(*told)

    assert set(results) == {Effect.REPEATED}
    assert await follower.changes() == before


async def _week_of_work(store: StoreDriver, chance: random.Random) -> None:
    """Let people and groups be made, changed and deleted at random."""
    users = [await store.user(f"user-{n}") for n in range(8)]
    groups = [await store.group(f"group-{n}") for n in range(3)]
    for number in range(WRITES):
        await _one_write(store, chance, users=users, groups=groups, number=number)


async def _one_write(
    store: StoreDriver,
    chance: random.Random,
    *,
    users: list[Resource],
    groups: list[Resource],
    number: int,
) -> None:
    user, group = chance.choice(users), chance.choice(groups)
    match chance.randrange(9):
        case 0:
            users.append(await store.user(f"joiner-{number}", active=True))
        case 1 if len(users) > 3:
            users.remove(user)
            await store.delete(user)
        case 2:
            value = {"emails": [{"value": f"{number}@example.com", "type": "work"}]}
            await store.patch(user, {"op": "add", "value": value})
        case 3:
            active = {"op": "replace", "path": "active", "value": chance.random() < 0.5}
            await store.patch(user, active)
        case 4:
            await store.replace(user, {**await store.read(user), "title": f"Title {number}"})
        case 5 | 6:
            await store.patch(group, _add(*chance.sample(users, 2)))
        case 7:
            await store.patch(group, {"op": "remove", "path": f'members[value eq "{user.ref.id}"]'})
        case _:
            members = [{"value": member.ref.id} for member in chance.sample(users, 2)]
            await store.replace(group, {"displayName": f"Group {number}", "members": members})


def _add(*members: Resource) -> dict[str, Any]:
    return {"op": "add", "path": "members", "value": [{"value": m.ref.id} for m in members]}


def _lanes_mixed(changes: list[Change], chance: random.Random) -> list[Change]:
    """Keep the order within each resource, and no other."""
    lanes: dict[object, list[Change]] = defaultdict(list)
    for change in changes:
        lanes[change.ref].append(change)
    turns = [change.ref for change in changes]
    chance.shuffle(turns)
    return [lanes[ref].pop(0) for ref in turns]


def _as_foreign(change: Change) -> ForeignChange:
    return ForeignChange(
        cause=Cause(
            tenant=change.tenant,
            txn=change.txn,
            traceparent=change.traceparent,
            origin=change.origin,
            lineage=change.lineage,
        ),
        issuer_group="a",
        ref=change.ref,
        kind=change.kind,
        activation=Activation.UNCHANGED,
        version=change.version_after,
        data=change.data,
    )


async def _everything(store: StoreDriver) -> list[dict[str, Any]]:
    found = await store.search(None, count=1000)
    return [
        {
            "created": resource.created,
            "modified": resource.last_modified,
            **await store.read(resource),
        }
        for resource in found.resources
    ]
