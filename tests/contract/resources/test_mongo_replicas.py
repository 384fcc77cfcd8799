"""Several processes on one MongoDB database: whatever they do at once, it is as if one by one."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
from support.store_driver import StoreDriver, creation, foreign, patching
from support.stores import StorePlace, opened

from resource_store.adapters.mongo.collections import MIGRATIONS
from resource_store.commands.write_resources import Delete, Deleted
from resource_store.domain.changes import ChangeKind
from resource_store.domain.errors import TooLargeError, VersionMismatchError
from resource_store.domain.resources import Resource, StoreIdentity, clock_of
from scim.errors import InvalidValueError, UniquenessError
from servicekit.failures import StartError
from servicekit.mongo import open_mongo

NOON = 1_800_000_000_000_000
MINUTE = 60_000_000


@pytest.fixture
def place(mongo_url: str) -> StorePlace:
    return StorePlace(folder=None, mongo_url=mongo_url)


@pytest.fixture
async def replicas(place: StorePlace) -> AsyncIterator[tuple[StoreDriver, StoreDriver]]:
    """Give two replicas; the time of the second is a minute behind. Their ids are their own."""
    ending = asyncio.Event()
    async with (
        opened(place, StoreIdentity("here2345", "e"), now=lambda: NOON, ending=ending) as first,
        opened(
            place, StoreIdentity("else", "x"), now=lambda: NOON - MINUTE, ending=ending
        ) as second,
    ):
        second.ids = itertools.count(1000)
        second.txns = itertools.count(1000)
        yield first, second


async def test_processes_that_come_first_together_are_one_store(place: StorePlace) -> None:
    ending = asyncio.Event()
    async with AsyncExitStack() as stack:
        drivers = await asyncio.gather(
            *[
                stack.enter_async_context(
                    opened(
                        place,
                        StoreIdentity(f"cluster{n}", f"epoch{n}"),
                        now=lambda: NOON,
                        ending=ending,
                    )
                )
                for n in range(4)
            ]
        )

        identities = {driver.storage.identity for driver in drivers}

    assert len(identities) == 1


async def test_of_two_writes_with_the_same_if_match_one_wins(
    replicas: tuple[StoreDriver, StoreDriver],
) -> None:
    made = await replicas[0].user("ada")
    title = {"op": "replace", "path": "title", "value": "Countess"}
    lady = {"op": "replace", "path": "title", "value": "Lady"}

    results = await asyncio.gather(
        replicas[0].written(patching(made.ref, title, if_match=made.version)),
        replicas[1].written(patching(made.ref, lady, if_match=made.version)),
    )

    assert sorted(type(result).__name__ for result in results) == [
        Resource.__name__,
        VersionMismatchError.__name__,
    ]


async def test_of_two_users_with_the_same_name_one_is_made(
    replicas: tuple[StoreDriver, StoreDriver],
) -> None:
    """Each name is raced for in batches that hold others, which all come to their own results."""
    names = [f"user-{number}" for number in range(32)]
    operations = [creation("User", {"userName": name}) for name in names]

    ours, theirs = await asyncio.gather(*[replica.write_all(operations) for replica in replicas])

    pairs = [{type(our), type(their)} for our, their in zip(ours, theirs, strict=True)]
    assert pairs == [{Resource, UniquenessError}] * len(names)
    assert (await replicas[0].search(None, "User")).total == len(names)


async def test_a_transaction_that_two_repeat_has_one_effect(
    replicas: tuple[StoreDriver, StoreDriver],
) -> None:
    create = creation("User", {"userName": "ada"})

    results = await asyncio.gather(*[replica.written(create, txn="one") for replica in replicas])

    assert results[0] == results[1]
    assert isinstance(results[0], Resource)
    assert len(await replicas[0].changes()) == 1


async def test_a_member_that_another_deletes_is_in_no_group_in_the_end(
    replicas: tuple[StoreDriver, StoreDriver],
) -> None:
    """Reading that somebody is there would not do: both transactions would be carried out."""
    team = await replicas[0].group("Team")
    for number in range(10):
        user = await replicas[0].user(f"user-{number}")
        add = {"op": "add", "path": "members", "value": [{"value": user.ref.id}]}

        added, deleted = await asyncio.gather(
            replicas[0].written(patching(team.ref, add)),
            replicas[1].written(Delete(user.ref, None)),
        )

        assert isinstance(added, Resource | InvalidValueError)
        assert deleted == Deleted()
    assert "members" not in await replicas[0].read(team)


async def test_all_that_two_add_to_one_group_are_in_it(
    replicas: tuple[StoreDriver, StoreDriver],
) -> None:
    people = [await replicas[0].user(f"user-{number}") for number in range(16)]
    team = await replicas[0].group("Team")
    adds = [
        patching(team.ref, {"op": "add", "path": "members", "value": [{"value": p.ref.id}]})
        for p in people
    ]

    results = await asyncio.gather(
        *[replicas[number % 2].written(add) for number, add in enumerate(adds)]
    )

    assert {type(result) for result in results} == {Resource}
    members = (await replicas[1].read(team))["members"]
    assert [member["value"] for member in members] == [person.ref.id for person in people]


async def test_versions_grow_although_a_process_is_behind_in_time(
    replicas: tuple[StoreDriver, StoreDriver],
) -> None:
    versions = [(await replicas[0].user("ada")).version]
    (ada,) = (await replicas[0].search(None, "User")).resources
    for number in range(6):
        title = {"op": "replace", "path": "title", "value": f"Title {number}"}
        versions.append((await replicas[number % 2].patch(ada, title)).version)

    assert sorted(versions, key=clock_of) == versions
    assert len({clock_of(version) for version in versions}) == len(versions)


async def test_who_was_deleted_comes_back_with_a_later_version_only(
    replicas: tuple[StoreDriver, StoreDriver],
) -> None:
    ahead, behind = replicas
    made = await ahead.user("ada")
    await ahead.delete(made)
    (deleted,) = [change for change in await ahead.changes() if not change.version_after]

    body = {"userName": "ada"}
    results = await behind.applied(foreign(ChangeKind.CREATE, made.ref, body, clock=NOON + MINUTE))

    assert [result.name for result in results] == ["APPLIED"]
    (found,) = (await behind.search(None, "User")).resources
    assert clock_of(found.version) > deleted.committed


async def test_what_cannot_be_stored_fails_alone(
    replicas: tuple[StoreDriver, StoreDriver],
) -> None:
    """Its batch is halved until it is alone."""
    operations = [creation("User", {"userName": f"user-{number}"}) for number in range(7)]
    operations.insert(3, creation("User", {"userName": "big", "title": "x" * 17 * 1024 * 1024}))

    results = await replicas[0].write_all(operations)

    kinds = [type(result) for result in results]
    assert kinds == [Resource] * 3 + [TooLargeError] + [Resource] * 4
    assert (await replicas[0].search(None, "User")).total == 7


async def test_a_database_of_a_newer_release_is_refused(mongo_url: str) -> None:
    async with open_mongo(mongo_url, "store", MIGRATIONS) as database:
        newer = {"$set": {"version": len(MIGRATIONS) + 1}}
        await database["schema"].update_one({"_id": "schema"}, newer)

    with pytest.raises(StartError, match="newer release"):
        async with open_mongo(mongo_url, "store", MIGRATIONS):
            pass
