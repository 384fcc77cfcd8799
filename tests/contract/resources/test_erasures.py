"""Erasing a person: nothing but a tombstone is left (docs/lifecycle.md)."""

from typing import Any, Protocol

import bson
import pytest
from pymongo import AsyncMongoClient
from support.store_driver import TENANT, StoreDriver, creation
from support.stores import StorePlace

from resource_store.commands.write_resources import Restore
from resource_store.domain.async_requests import AsyncRequest, Completion
from resource_store.domain.changes import ChangeKind
from resource_store.domain.erasures import Erasure
from resource_store.domain.errors import DeletedNotFoundError, ErasureNotFoundError

NOON = 1_800_000_000_000_000
PERSON = {
    "userName": "zuzana.unmistakable",
    "externalId": "ext-unmistakable",
    "displayName": "Zuzana Unmistakable",
    "emails": [{"value": "zuzana@unmistakable.example"}],
    "password": "unmistakable",
}


class Time(Protocol):
    now: int


async def bytes_of(place: StorePlace) -> bytes:
    """Return all that a store has on disk, or in its collections."""
    if place.folder is not None:
        return b"".join(path.read_bytes() for path in place.folder.iterdir() if path.is_file())
    found = b""
    async with AsyncMongoClient[dict[str, Any]](place.mongo_url) as client:
        for database in await client.list_database_names():
            if database.startswith(("admin", "config", "local")):
                continue
            for name in await client[database].list_collection_names():
                async for document in client[database][name].find():
                    found += bson.encode(document)
    return found


def unmistakable(found: bytes) -> int:
    return found.lower().count(b"unmistakable")


async def test_no_byte_of_a_person_is_left_while_the_store_runs(
    store: StoreDriver, place: StorePlace
) -> None:
    others = [await store.user(f"someone-{n}") for n in range(30)]
    person = await store.done(creation("User", PERSON))
    await store.patch(person, {"op": "add", "path": "title", "value": "The Unmistakable"})
    await store.group("Team", person, *others)
    assert unmistakable(await bytes_of(place))

    erasure = await store.erase(person)

    assert unmistakable(await bytes_of(place)) == 0
    assert erasure.removed == {
        "store_async_requests": 0,
        "store_changes": 3,
        "store_kept_resources": 0,
    }


async def test_what_is_kept_of_a_deleted_person_is_erased_too(
    store: StoreDriver, place: StorePlace
) -> None:
    person = await store.done(creation("User", PERSON))
    await store.delete(person)

    erasure = await store.erase(person)

    assert unmistakable(await bytes_of(place)) == 0
    assert erasure.removed["store_kept_resources"] == 1
    assert isinstance(await store.written(Restore(person.ref)), DeletedNotFoundError)


async def test_the_feed_keeps_its_order_and_tells_of_the_deletion_alone(
    store: StoreDriver,
) -> None:
    person = await store.done(creation("User", PERSON))
    await store.user("grace")
    before = await store.changes()

    erasure = await store.erase(person)

    after = await store.changes()
    assert [(each.ref, each.origin, each.version_after) for each in after[:2]] == [
        (each.ref, each.origin, each.version_after) for each in before
    ]
    assert [(each.kind, each.erased, each.data) for each in after] == [
        (ChangeKind.CREATE, True, b""),
        (ChangeKind.CREATE, False, before[1].data),
        (ChangeKind.DELETE, True, b""),
    ]
    assert {each.external_id for each in after} == {""}
    assert erasure.through == after[2].committed


async def test_a_tombstone_keeps_changes_of_before_away(store: StoreDriver) -> None:
    person = await store.done(creation("User", PERSON))

    await store.erase(person)

    (tombstone,) = await store.storage.tombstones_after(TENANT, "", limit=10)
    assert tombstone.ref == person.ref


async def test_an_erasure_that_is_repeated_goes_on(store: StoreDriver, time: Time) -> None:
    person = await store.done(creation("User", PERSON))
    first = await store.erase(person)
    told = await store.changes()
    time.now += 1_000_000

    assert await store.erase(person) == first
    assert await store.changes() == told


async def test_the_report_tells_by_whom_and_how_much_and_is_kept(store: StoreDriver) -> None:
    person = await store.done(creation("User", PERSON))
    begun = await store.erase(person)

    more = await store.record_erasure(TENANT, person.ref.id, {"events": 2}, is_complete=False)
    done = await store.record_erasure(TENANT, person.ref.id, {"events": 1}, is_complete=True)

    assert more.removed == {**begun.removed, "events": 2}
    assert done == Erasure(
        tenant=TENANT,
        id=person.ref.id,
        resource_type="User",
        requested_by="admin",
        begun=NOON,
        completed=NOON,
        through=begun.through,
        removed={**begun.removed, "events": 3},
    )
    page = store.storage.erasures.page
    assert list(await page(TENANT, resource_id=None, after="", limit=10)) == [done]
    assert list(await page(TENANT, resource_id=person.ref.id, after="", limit=10)) == [done]
    assert list(await page("other", resource_id=None, after="", limit=10)) == []


async def test_a_report_that_never_began_takes_nothing(store: StoreDriver) -> None:
    with pytest.raises(ErasureNotFoundError):
        await store.record_erasure(TENANT, "nobody", {}, is_complete=True)


async def test_a_promise_that_was_kept_is_forgotten(store: StoreDriver) -> None:
    person = await store.done(creation("User", PERSON))
    requests = store.storage.async_requests
    await requests.queue([AsyncRequest(TENANT, "t-1", "somebody", b"unmistakable", NOON)])
    told = f'{{"location":"https://scim.example.org/Users/{person.ref.id}"}}'.encode()
    await requests.settle(TENANT, "t-1", [Completion("t-1", person.ref, told)])

    erasure = await store.erase(person)

    assert erasure.removed["store_async_requests"] == 1
    assert await requests.find(TENANT, "t-1") is None
