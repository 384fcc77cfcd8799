"""Replicas of the store count together: what one lets through, another must not."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from support.braked_people import BRAKE, MINUTE, deactivation, deletion, held_ids, people, through
from support.store_driver import TENANT, StoreDriver, creation, patching
from support.stores import StorePlace, opened

from resource_store.commands.keep_brakes import How
from resource_store.domain.resources import Resource, StoreIdentity

NOON = 1_800_000_000_000_000
Replicas = tuple[StoreDriver, StoreDriver]


@pytest.fixture
async def replicas(mongo_url: str) -> AsyncIterator[Replicas]:
    """Give two replicas; the time of the second is a minute behind. Their ids are their own."""
    place, ending = StorePlace(folder=None, mongo_url=mongo_url), asyncio.Event()
    async with (
        opened(place, StoreIdentity("here2345", "e"), now=lambda: NOON, ending=ending) as first,
        opened(
            place, StoreIdentity("else", "x"), now=lambda: NOON - MINUTE, ending=ending
        ) as second,
    ):
        second.ids = itertools.count(1000)
        second.txns = itertools.count(1000)
        yield first, second


@pytest.mark.parametrize("changes", [1, 13])
async def test_of_concurrent_changes_over_both_exactly_so_many_go_through(
    replicas: Replicas, changes: int
) -> None:
    persons = await people(replicas[0], changes + 20)
    brake = replace(BRAKE, changes=changes)
    title = {"op": "add", "path": "title", "value": "Dr"}

    def asked(number: int, person: Resource) -> object:
        operation = deletion(person) if number % 3 else deactivation(person)
        return replicas[number % 2].written(operation, brake=brake)

    results = await asyncio.gather(
        *(asked(number, person) for number, person in enumerate(persons)),
        *(
            store.written(creation("User", {"userName": f"{n}-{place}"}), brake=brake)
            for n in range(5)
            for place, store in enumerate(replicas)
        ),
    )

    went = through(results)
    assert sum(went[: len(persons)]) == changes
    assert all(went[len(persons) :])
    assert len(await held_ids(replicas[1])) == 20
    assert through([await replicas[0].written(patching(persons[-1].ref, title), brake=brake)])
    assert (await replicas[1].storage.brakes.state(TENANT)).counted == changes


async def test_of_concurrent_changes_a_release_lets_through_exactly_so_many(
    replicas: Replicas,
) -> None:
    persons = await people(replicas[0], 24)
    await replicas[0].write_all(list(map(deletion, persons[:4])), brake=BRAKE)
    await replicas[1].keep_brakes.release(TENANT, seconds=600, changes=7)

    results = await asyncio.gather(
        *(
            replicas[number % 2].written(deletion(person), brake=BRAKE)
            for number, person in enumerate(persons[3:])
        )
    )

    assert sum(through(results)) == 7


async def test_both_may_carry_out_what_is_held_and_it_happens_once(replicas: Replicas) -> None:
    persons = await people(replicas[0], 12)
    await replicas[0].write_all(list(map(deletion, persons)), brake=BRAKE)
    before = await replicas[0].end()

    await asyncio.gather(
        *(each.keep_brakes.apply_all(TENANT, How(), after="", limit=100) for each in replicas)
    )

    changes = await replicas[0].changes(before)
    assert sorted(change.ref.id for change in changes) == [each.ref.id for each in persons[3:]]
    assert await held_ids(replicas[0]) == []
