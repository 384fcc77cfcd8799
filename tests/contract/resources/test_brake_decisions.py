"""What an administrator decides about a brake that is on, and about what it holds."""

from support.braked_people import (
    BRAKE,
    MINUTE,
    active,
    braked,
    deactivation,
    deletion,
    held_ids,
    people,
)
from support.store_driver import TENANT, StoreDriver

from resource_store.commands.keep_brakes import Fate, How
from resource_store.domain.changes import ChangeKind
from resource_store.ports.deleted_resources import DeletedSelection

from .conftest import Time

DAY = 24 * 60 * 60 * 1_000_000


async def test_a_release_lets_the_next_window_through(store: StoreDriver, time: Time) -> None:
    persons = await people(store, 30)
    await braked(store, *map(deletion, persons[:5]))

    standing = await store.keep_brakes.release(TENANT, seconds=600, changes=None)
    went = await braked(store, *map(deletion, persons[3:20]))
    time.now += 10 * MINUTE
    later = await braked(store, *map(deletion, persons[20:25]))

    assert (standing.state.is_on, standing.held) == (False, 2)
    assert went == [True] * 17
    assert later == [True, True, True, False, False]
    assert await held_ids(store) == [each.ref.id for each in persons[23:25]]


async def test_a_release_of_some_lets_so_many_through_and_no_more(store: StoreDriver) -> None:
    persons = await people(store, 10)
    await braked(store, *map(deletion, persons[:5]))

    await store.keep_brakes.release(TENANT, seconds=600, changes=4)
    went = await braked(store, *map(deletion, persons[3:]))

    assert sum(went) == 4
    assert (await store.storage.brakes.state(TENANT)).is_on


async def test_a_release_of_none_arms_it_anew(store: StoreDriver, time: Time) -> None:
    persons = await people(store, 9)
    await braked(store, *map(deletion, persons[:4]))
    time.now += 11 * MINUTE

    await store.keep_brakes.release(TENANT, seconds=600, changes=0)

    assert await braked(store, *map(deletion, persons[4:8])) == [True, True, True, False]


async def test_a_release_ahead_lets_a_planned_deletion_through(store: StoreDriver) -> None:
    persons = await people(store, 10)

    await store.keep_brakes.release(TENANT, seconds=600, changes=10)

    assert await braked(store, *map(deletion, persons)) == [True] * 10


async def test_what_is_held_is_carried_out_with_its_events_and_is_not_counted(
    store: StoreDriver,
) -> None:
    persons = await people(store, 6)
    await braked(store, *map(deletion, persons[:3]))
    await store.written(deletion(persons[3]), txn="a", brake=BRAKE)
    await store.written(deactivation(persons[4]), txn="b", brake=BRAKE)
    before = await store.end()

    carried, following = await store.keep_brakes.apply_all(
        TENANT, How("00-admin-01", retention_days=2), after="", limit=100
    )

    changes = await store.changes(before)
    assert [each.fate for each in carried] == [Fate.APPLIED, Fate.APPLIED]
    assert following == ""
    assert {change.txn: change.ref.id for change in changes} == {
        "a": persons[3].ref.id,
        "b": persons[4].ref.id,
    }
    assert {change.kind for change in changes} == {ChangeKind.DELETE, ChangeKind.PATCH}
    assert {change.traceparent for change in changes} == {"00-admin-01"}
    assert await active(store, *persons[4:]) == [False, True]
    assert await held_ids(store) == []
    assert await braked(store, deletion(persons[5])) == [False]
    kept = await store.storage.deleted_resources.page(
        DeletedSelection(TENANT, id=persons[3].ref.id), after="", limit=1
    )
    assert [each.purge_after - each.deleted for each in kept] == [2 * DAY]


async def test_pages_of_what_is_held_are_carried_out_one_after_the_other(
    store: StoreDriver,
) -> None:
    persons = await people(store, 8)
    await braked(store, *map(deletion, persons))
    after, fates = "", []

    while True:
        carried, after = await store.keep_brakes.apply_all(TENANT, How(), after=after, limit=2)
        fates += [each.fate for each in carried]
        if not after:
            break

    assert fates == [Fate.APPLIED] * 5
    assert await held_ids(store) == []


async def test_those_that_are_named_are_carried_out(store: StoreDriver) -> None:
    persons = await people(store, 6)
    await braked(store, *map(deletion, persons))

    carried = await store.keep_brakes.apply(TENANT, [persons[4].ref.id, "unknown"], How())

    assert [each.ref for each in carried] == [persons[4].ref]
    assert await held_ids(store) == [persons[3].ref.id, persons[5].ref.id]


async def test_what_was_changed_since_stays_held_and_what_is_gone_does_not(
    store: StoreDriver,
) -> None:
    persons = await people(store, 5)
    await braked(store, *map(deletion, persons))
    await store.patch(persons[3], {"op": "add", "path": "title", "value": "Dr"})
    await store.delete(persons[4])

    carried, _ = await store.keep_brakes.apply_all(TENANT, How(), after="", limit=9)

    assert [each.fate for each in carried] == [Fate.REFUSED, Fate.NEEDLESS]
    assert "If-Match" in carried[0].detail
    assert await held_ids(store) == [persons[3].ref.id]


async def test_what_is_dismissed_is_forgotten_and_the_brake_stays_on(store: StoreDriver) -> None:
    persons = await people(store, 7)
    await braked(store, *map(deletion, persons[:6]))

    one = await store.keep_brakes.forget(TENANT, [persons[4].ref.id])
    rest = await store.keep_brakes.forget(TENANT, [])

    assert (one, rest) == (1, 2)
    assert await active(store, *persons[3:]) == [True] * 4
    assert await braked(store, deletion(persons[6])) == [False]
