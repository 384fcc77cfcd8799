"""The brake on mass deletion and deactivation: what it counts and holds."""

import asyncio
import dataclasses
from dataclasses import replace

import pytest
from support.braked_people import (
    BRAKE,
    MINUTE,
    activation,
    active,
    braked,
    deactivation,
    deletion,
    held_ids,
    people,
    through,
)
from support.scim_resources import USER
from support.store_driver import TENANT, StoreDriver, creation, foreign, patching, replacement
from support.stores import StorePlace, opened

from resource_store.commands.write_resources import Deleted
from resource_store.domain.async_requests import AsyncRequest, Completion, Promise
from resource_store.domain.brakes import BrakeState
from resource_store.domain.causes import Cause
from resource_store.domain.changes import Activation, ChangeKind
from resource_store.domain.client_writes import ClientDelete
from resource_store.domain.decisions import Effect, Identity, IdentityKind, Transition
from resource_store.domain.errors import BrakeOnError, VersionMismatchError
from resource_store.domain.held_operations import Risk
from resource_store.domain.resources import StoreIdentity
from resource_store.ports.brakes import Tally
from scim.errors import UniquenessError

from .conftest import NOON, Time


async def one_by_one(store: StoreDriver, *operations: object) -> list[bool]:
    return [(await braked(store, each))[0] for each in operations]


async def test_so_many_deletions_go_through_and_the_next_is_held(store: StoreDriver) -> None:
    persons = await people(store, 5)

    went = await one_by_one(store, *map(deletion, persons))

    assert went == [True, True, True, False, False]
    assert await active(store, *persons[3:]) == [True, True]
    assert await held_ids(store) == [each.ref.id for each in persons[3:]]


async def test_one_batch_is_counted_as_single_requests_are(store: StoreDriver) -> None:
    persons = await people(store, 8)

    went = await braked(store, *map(deletion, persons[:4]), *map(deactivation, persons[4:]))

    assert sum(went) == BRAKE.changes
    assert len(await held_ids(store)) == 5


async def test_what_is_held_tells_no_change(store: StoreDriver) -> None:
    persons = await people(store, 5)
    before = await store.end()

    await braked(store, *map(deactivation, persons))

    changes = await store.changes(before)
    assert [change.ref.id for change in changes] == [each.ref.id for each in persons[:3]]


async def test_while_it_is_on_all_else_goes_on(store: StoreDriver) -> None:
    persons = await people(store, 5)
    await braked(store, *map(deletion, persons[:4]))
    title = {"op": "add", "path": "title", "value": "Dr"}

    went = await braked(
        store,
        creation("User", {"userName": "new"}),
        creation("Group", {"displayName": "team"}),
        patching(persons[4].ref, title),
        replacement(persons[4].ref, {"userName": "user-4", "active": True}),
    )

    assert went == [True] * 4


async def test_groups_are_nobody(store: StoreDriver) -> None:
    groups = [await store.group(f"group-{n}") for n in range(5)]

    assert await braked(store, *map(deletion, groups)) == [True] * 5


async def test_a_put_that_deactivates_counts_and_one_without_effect_does_not(
    store: StoreDriver,
) -> None:
    persons = await people(store, 5)
    bodies = [{"userName": f"user-{n}", "active": False} for n in range(5)]

    puts = [replacement(each.ref, body) for each, body in zip(persons, bodies, strict=True)]
    went = await braked(store, puts[0], puts[0], puts[0], puts[1], puts[2], puts[3])

    assert went == [True, True, True, True, True, False]


async def test_who_is_deactivated_and_then_deleted_counts_once(store: StoreDriver) -> None:
    persons = await people(store, 4)
    once = [
        step
        for person in persons[:3]
        for step in (deactivation(person), activation(person), deletion(person))
    ]

    assert await braked(store, *once) == [True] * 9
    assert await braked(store, deletion(persons[3])) == [False]


async def test_a_refused_write_does_not_count(store: StoreDriver) -> None:
    persons = await people(store, 4)
    taken = replacement(persons[0].ref, {"userName": "user-1", "active": False})
    stale = dataclasses.replace(deletion(persons[0]), if_match='W/"other"')

    refused = await store.write_all([taken, stale, taken, stale], brake=BRAKE)

    assert {type(each) for each in refused} == {UniquenessError, VersionMismatchError}
    assert await braked(store, *map(deletion, persons)) == [True, True, True, False]


async def test_a_committed_deletion_is_not_counted_again_when_it_is_repeated(
    store: StoreDriver,
) -> None:
    persons = await people(store, 4)
    await braked(store, *map(deletion, persons[:2]))
    await store.written(deletion(persons[2]), txn="known", brake=BRAKE)
    await braked(store, deletion(persons[3]))

    again = await store.written(deletion(persons[2]), txn="known", brake=BRAKE)

    assert again == Deleted()
    assert await held_ids(store) == [persons[3].ref.id]


async def test_replicated_changes_are_neither_counted_nor_held(store: StoreDriver) -> None:
    persons = await people(store, 6)
    gone = [
        foreign(ChangeKind.DELETE, each.ref, clock=NOON + n, txn=f"far-{n}")
        for n, each in enumerate(persons[:2])
    ]
    inactive = foreign(
        ChangeKind.PATCH,
        persons[2].ref,
        clock=NOON + 9,
        txn="far-9",
        activation=Activation.DEACTIVATED,
    )
    await store.applied(*gone, inactive)

    assert await braked(store, *map(deletion, persons[3:])) == [True, True, True]


async def test_the_window_slides(store: StoreDriver, time: Time) -> None:
    persons = await people(store, 8)
    for person in persons[:3]:
        await braked(store, deletion(person))
        time.now += 4 * MINUTE

    # The first is 12 minutes ago now, the second 8.
    assert await braked(store, *map(deletion, persons[3:5])) == [True, False]


async def test_slow_deletions_are_never_held(store: StoreDriver, time: Time) -> None:
    persons = await people(store, 12)
    went = []
    for person in persons:
        went += await braked(store, deletion(person))
        time.now += 4 * MINUTE

    assert all(went)


async def test_once_on_it_stays_on_however_long(store: StoreDriver, time: Time) -> None:
    persons = await people(store, 5)
    await braked(store, *map(deletion, persons[:4]))
    time.now += 600 * MINUTE

    assert await braked(store, deletion(persons[4])) == [False]


async def test_a_held_operation_says_what_was_asked_by_whom_and_how_often(
    store: StoreDriver, time: Time
) -> None:
    persons = await people(store, 4)
    await braked(store, *map(deletion, persons[:3]))
    await store.written(deactivation(persons[3]), txn="first", brake=BRAKE)
    time.now += MINUTE
    entra = replace(BRAKE, asked_by="entra")
    error = await store.written(deletion(persons[3]), txn="second", brake=entra)

    (held,) = await store.storage.brakes.held(TENANT, "", limit=10)

    assert isinstance(error, BrakeOnError)
    assert (held.ref, held.risk, held.asked_by) == (persons[3].ref, Risk.DELETE, "entra")
    assert (held.txn, held.version, held.attempts) == ("second", persons[3].version, 2)
    assert held.last_asked - held.first_asked == MINUTE


async def test_tenants_have_brakes_of_their_own(store: StoreDriver) -> None:
    persons = await people(store, 4)
    await braked(store, *map(deletion, persons))

    assert await store.storage.brakes.tallies() == [Tally(TENANT, is_on=True, held=1)]
    assert await store.storage.brakes.state("other") == BrakeState()
    assert await store.storage.brakes.held("other", "", limit=10) == []
    assert await store.storage.brakes.forget("other", None) == 0


async def test_all_of_it_survives_a_restart(
    place: StorePlace, time: Time, ending: asyncio.Event
) -> None:
    newborn = StoreIdentity(cluster="here2345", epoch="firstepoch")
    async with opened(place, newborn, now=time, ending=ending) as store:
        persons = await people(store, 6)
        await braked(store, *map(deletion, persons[:4]))
    async with opened(place, newborn, now=time, ending=ending) as store:
        store.txns = iter(range(1000, 2000))
        held = await held_ids(store)
        while_on = await braked(store, deletion(persons[4]))
        await store.keep_brakes.release(TENANT, seconds=600, changes=2)
    async with opened(place, newborn, now=time, ending=ending) as store:
        store.txns = iter(range(2000, 3000))
        released = await braked(store, *map(deletion, persons[3:]))

    assert held == [persons[3].ref.id]
    assert while_on == [False]
    assert released == [True, True, False]


async def test_without_a_brake_nothing_is_counted_or_kept(store: StoreDriver) -> None:
    persons = await people(store, 8)

    results = await store.write_all(list(map(deletion, persons)))

    assert through(results) == [True] * 8
    assert await store.storage.brakes.tallies() == []


@pytest.mark.parametrize("count", [1, 2, 7])
async def test_of_concurrent_deletions_exactly_so_many_go_through(
    store: StoreDriver, count: int
) -> None:
    persons = await people(store, count + 9)
    brake = replace(BRAKE, changes=count)
    title = {"op": "add", "path": "title", "value": "Dr"}

    results = await asyncio.gather(
        *(store.written(deletion(each), brake=brake) for each in persons),
        *(store.written(creation("User", {"userName": f"n-{n}"}), brake=brake) for n in range(9)),
        *(store.written(patching(each.ref, title)) for each in persons[:1]),
    )

    deletions = through(results[: len(persons)])
    assert sum(deletions) == count
    assert len(await held_ids(store)) == 9


async def test_of_what_is_held_nobody_who_was_promised_an_answer_is_told(
    store: StoreDriver,
) -> None:
    persons = await people(store, 4)
    await braked(store, *map(deletion, persons[:3]))
    request = AsyncRequest(TENANT, "promised", "somebody", b"operation", NOON)
    await store.storage.async_requests.queue([request])
    cause = Cause(TENANT, "promised", "")
    transition = Transition(
        tenant=TENANT,
        ref=persons[3].ref,
        resource_type=USER,
        identity=Identity(IdentityKind.TRANSACTION, "promised"),
        named_members=frozenset(),
        needs_every_member=False,
        shown=None,
        decide=ClientDelete(cause, USER, persons[3].ref, if_match=None, retention_days=0),
        answer=lambda _: Completion("promised", persons[3].ref, b'{"status":"204"}'),
        brake=BRAKE,
    )

    held = await store.storage.write([transition])
    waiting = await store.storage.async_requests.find(TENANT, "promised")
    await store.keep_brakes.release(TENANT, seconds=600, changes=None)
    done = await store.storage.write([transition])
    settled = await store.storage.async_requests.find(TENANT, "promised")

    assert [each.effect for each in (*held, *done)] == [Effect.HELD, Effect.APPLIED]  # type: ignore[union-attr]
    assert waiting == Promise(request, None)
    assert settled is not None
    assert settled.outcome is not None
