"""What is deleted is kept for a while, and can be restored (docs/lifecycle.md)."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any, Protocol

import pytest
from support.store_driver import (
    RETENTION_DAYS,
    TENANT,
    StoreDriver,
    creation,
    foreign,
    patch_message,
)
from support.stores import StorePlace, opened

from resource_store.commands.apply_changes import ForeignChange
from resource_store.commands.write_resources import Delete, Deleted, Restore
from resource_store.domain.causes import Cause
from resource_store.domain.changes import Activation, Change, ChangeKind
from resource_store.domain.decisions import Effect
from resource_store.domain.errors import DeletedNotFoundError, ResourceNotFoundError
from resource_store.domain.kept import Kept
from resource_store.domain.resources import Ref, Resource, StoreIdentity
from resource_store.ports.deleted_resources import DeletedSelection
from scim.errors import UniquenessError

NOON = 1_800_000_000_000_000
DAY = 24 * 60 * 60 * 1_000_000
EVERYTHING = DeletedSelection(TENANT)
ADA = {"userName": "ada", "externalId": "e-1", "displayName": "Ada", "password": "secret"}


class Time(Protocol):
    now: int


@pytest.fixture
async def follower(place: StorePlace, ending: asyncio.Event) -> AsyncIterator[StoreDriver]:
    newborn = StoreIdentity(cluster="there234", epoch="otherepoch")
    other = place.named("follower")
    async with opened(other, newborn, now=lambda: NOON + DAY, ending=ending) as driver:
        yield driver


async def kept(store: StoreDriver, selected: DeletedSelection = EVERYTHING) -> list[Kept]:
    return list(await store.storage.deleted_resources.page(selected, after="", limit=100))


async def kept_ids(store: StoreDriver) -> list[str]:
    return [each.ref.id for each in await kept(store)]


def _as_foreign(change: Change) -> ForeignChange:
    return ForeignChange(
        cause=Cause(TENANT, change.txn, "", origin=change.origin, lineage=change.lineage),
        issuer_group="here",
        ref=change.ref,
        kind=change.kind,
        activation=Activation.UNCHANGED,
        version=change.version_after or change.version_before,
        data=change.data,
    )


async def follow(follower: StoreDriver, store: StoreDriver) -> list[Any]:
    """Tell one store all that happened in another."""
    return await follower.applied(*map(_as_foreign, await store.changes()))


async def test_the_last_content_is_kept_for_the_days_of_retention(store: StoreDriver) -> None:
    ada = await store.done(creation("User", ADA))
    stored = await store.storage.read_stored(TENANT, ada.ref)

    await store.delete(ada)

    (found,) = await kept(store)
    assert found.stored == stored
    assert found.purge_after - found.deleted == RETENTION_DAYS * DAY
    assert (found.user_name, found.display_name, found.external_id) == ("ada", "Ada", "e-1")


async def test_a_request_may_say_for_how_long(store: StoreDriver) -> None:
    ada, grace = await store.user("ada"), await store.user("grace")

    await store.written(Delete(ada.ref, None, retention_days=0))
    await store.written(Delete(grace.ref, None, retention_days=2))

    (found,) = await kept(store)
    assert (found.ref, found.purge_after - found.deleted) == (grace.ref, 2 * DAY)


async def test_a_list_is_of_a_tenant_and_a_type_and_goes_on_by_ids(store: StoreDriver) -> None:
    people = [await store.user(name) for name in ("ada", "grace", "joan")]
    team = await store.group("Team")
    for each in (*people, team):
        await store.delete(each)
    page = store.storage.deleted_resources.page

    first = await page(DeletedSelection(TENANT, "User"), after="", limit=2)
    second = await page(DeletedSelection(TENANT, "User"), after=first[-1].ref.id, limit=2)

    assert [each.ref for each in (*first, *second)] == [each.ref for each in people]
    assert [each.ref for each in await kept(store, DeletedSelection(TENANT, id=team.ref.id))] == [
        team.ref
    ]
    assert await kept(store, DeletedSelection("other")) == []


async def test_what_was_kept_long_enough_is_purged(store: StoreDriver, time: Time) -> None:
    await store.delete(await store.user("ada"))
    time.now += DAY
    grace = await store.user("grace")
    await store.delete(grace)

    time.now += RETENTION_DAYS * DAY - DAY // 2

    assert await store.purge_deleted() == 1
    assert await kept_ids(store) == [grace.ref.id]
    assert await store.purge_deleted() == 0


async def test_who_is_restored_has_id_and_content_and_a_new_version(store: StoreDriver) -> None:
    ada = await store.done(creation("User", ADA))
    before = await store.storage.read_stored(TENANT, ada.ref)
    await store.delete(ada)

    back = await store.done(Restore(ada.ref))

    after = await store.storage.read_stored(TENANT, ada.ref)
    assert before
    assert after
    assert after.password_hash == before.password_hash
    assert (back.ref, back.attributes, back.created) == (ada.ref, ada.attributes, ada.created)
    assert back.version != ada.version
    assert await store.found('userName eq "ADA"') == [ada.ref.id]
    assert await kept(store) == []


async def test_a_restore_is_told_as_a_creation_without_the_password(store: StoreDriver) -> None:
    ada = await store.done(creation("User", ADA))
    await store.delete(ada)

    await store.done(Restore(ada.ref))

    told = (await store.changes())[-1]
    assert (told.kind, told.ref, told.version_before) == (ChangeKind.CREATE, ada.ref, "")
    assert b"hash" not in told.data
    assert b'"userName":"ada"' in told.data


async def test_a_restore_brings_no_membership_back(store: StoreDriver) -> None:
    ada = await store.user("ada")
    team = await store.group("Team", ada)
    await store.delete(ada)
    await store.delete(team)

    await store.write_all([Restore(ada.ref), Restore(team.ref)])

    assert "groups" not in await store.read(ada)
    assert "members" not in await store.read(team)


async def test_a_restore_is_refused_where_its_user_name_is_taken(store: StoreDriver) -> None:
    ada = await store.user("ada")
    await store.delete(ada)
    await store.user("ADA")

    refused = await store.written(Restore(ada.ref))

    assert isinstance(refused, UniquenessError)
    assert refused.attribute_path == "userName"
    assert await kept_ids(store) == [ada.ref.id]


@pytest.mark.parametrize("is_living", [True, False], ids=["living", "unknown"])
async def test_only_what_is_kept_can_be_restored(store: StoreDriver, is_living: bool) -> None:
    ref = (await store.user("ada")).ref if is_living else Ref("User", "nobody")

    assert isinstance(await store.written(Restore(ref)), DeletedNotFoundError)


async def test_the_id_is_of_one_type_only(store: StoreDriver) -> None:
    ada = await store.user("ada")
    await store.delete(ada)

    refused = await store.written(Restore(Ref("Group", ada.ref.id)))

    assert isinstance(refused, DeletedNotFoundError)


async def test_a_repeated_restore_has_one_effect(store: StoreDriver) -> None:
    ada = await store.user("ada")
    await store.delete(ada)

    first = await store.written(Restore(ada.ref), txn="again")
    told = await store.changes()

    assert await store.written(Restore(ada.ref), txn="again") == first
    assert await store.changes() == told


async def test_a_deletion_that_is_heard_of_keeps_the_content_too(store: StoreDriver) -> None:
    ada = await store.user("ada")

    await store.applied(foreign(ChangeKind.DELETE, ada.ref, clock=NOON + DAY // 1000))

    assert await kept_ids(store) == [ada.ref.id]
    back = await store.done(Restore(ada.ref))
    assert back.origin.clock > NOON + DAY // 1000


async def test_a_follower_learns_of_a_restore(store: StoreDriver, follower: StoreDriver) -> None:
    ada = await store.done(creation("User", ADA))
    await store.delete(ada)
    await follow(follower, store)
    await store.done(Restore(ada.ref))

    results = await follow(follower, store)

    assert results[-1] is Effect.APPLIED
    assert await follower.read(ada) == await store.read(ada)
    assert await kept(follower) == []


async def test_a_membership_of_before_the_deletion_comes_too_late(store: StoreDriver) -> None:
    team = await store.group("Team")
    ada = await store.user("ada")
    await store.delete(ada)
    await store.done(Restore(ada.ref))
    add = patch_message({"op": "add", "path": "members", "value": [{"value": ada.ref.id}]})
    before = ada.origin.clock

    await store.applied(
        replace(foreign(ChangeKind.PATCH, team.ref, add, clock=before, txn="late"), version="w")
    )

    assert "members" not in await store.read(team)


async def test_who_is_back_is_told_as_being_there(store: StoreDriver) -> None:
    ada = await store.user("ada")
    await store.delete(ada)
    await store.done(Restore(ada.ref))
    tombstones = await store.storage.tombstones_after(TENANT, "", limit=10)

    assert list(tombstones) == []
    assert await store.storage.count(TENANT) == 1


async def test_who_is_created_again_is_new(store: StoreDriver) -> None:
    ada = await store.done(creation("User", ADA))
    await store.delete(ada)

    again = await store.done(creation("User", ADA))

    assert again.ref != ada.ref
    assert await kept_ids(store) == [ada.ref.id]


async def test_as_an_option_the_id_of_the_same_external_id_is_given_again(
    store: StoreDriver, follower: StoreDriver
) -> None:
    ada = await store.done(creation("User", {**ADA, "title": "Countess"}))
    team = await store.group("Team", ada)
    await store.delete(ada)

    again = await store.done(_reusing({"userName": "lovelace", "externalId": "e-1"}))

    assert again.ref == ada.ref
    assert again.created > ada.created
    shown = await store.read(again)
    assert shown.keys() == {"schemas", "id", "userName", "externalId"}
    assert "members" not in await store.read(team)
    assert isinstance(await store.written(Restore(ada.ref)), DeletedNotFoundError)
    await follow(follower, store)
    assert await follower.read(ada) == shown


async def test_the_last_deleted_of_an_external_id_counts(store: StoreDriver) -> None:
    people = [await store.user(name, externalId="e-1") for name in ("ada", "grace")]
    for each in reversed(people):
        await store.delete(each)

    first, second, third = [
        await store.done(_reusing({"userName": name, "externalId": "e-1"}))
        for name in ("joan", "mary", "rosa")
    ]

    assert [first.ref, second.ref] == [each.ref for each in people]
    assert third.ref not in [each.ref for each in people]


async def test_an_id_is_given_again_once(store: StoreDriver) -> None:
    ada = await store.done(creation("User", ADA))
    await store.delete(ada)
    wanted = [_reusing({"userName": name, "externalId": "e-1"}) for name in ("joan", "mary")]

    first, second = await store.write_all(wanted)

    assert isinstance(first, Resource)
    assert isinstance(second, Resource)
    assert first.ref == ada.ref
    assert second.ref != ada.ref
    assert sorted(await store.found('externalId eq "e-1"')) == sorted([first.ref.id, second.ref.id])


async def test_a_deleted_resource_is_gone_for_clients(store: StoreDriver) -> None:
    ada = await store.user("ada")

    assert await store.delete(ada) == Deleted()

    with pytest.raises(ResourceNotFoundError):
        await store.read(ada)
    assert await store.found('userName eq "ada"') == []


def _reusing(body: dict[str, Any]) -> Any:
    return replace(creation("User", body), reuses_ids=True)
