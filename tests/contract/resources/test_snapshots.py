"""The state of a storage, page by page, and what changes meanwhile."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from support.store_driver import TENANT, StoreDriver, foreign, patch_message

from resource_store.commands.read_snapshot import SnapshotPage
from resource_store.domain.changes import Activation, Change, ChangeKind
from resource_store.domain.errors import InvalidCursorError
from resource_store.domain.representations import with_created
from resource_store.domain.resources import Ref, Stamp

NOON = 1_800_000_000_000_000
EARLIER = NOON - 1_000_000


async def walked(store: StoreDriver, *, limit: int = 2) -> AsyncIterator[SnapshotPage]:
    """Go through the whole state, from the present end of the feed."""
    await store.settled()
    cursor, key = None, ""
    while True:
        page = await store.read_snapshot(TENANT, cursor, after_key=key, limit=limit)
        yield page
        cursor, key = page.next_cursor, page.next_key
        if not key:
            return


async def entries(store: StoreDriver, *, limit: int = 2) -> list[Change]:
    """Return the whole state."""
    return [entry async for page in walked(store, limit=limit) for entry in page.entries]


async def test_a_resource_is_told_as_if_it_had_been_made_as_it_is(store: StoreDriver) -> None:
    made = await store.user("ada", externalId="A-1")
    patched = await store.patch(made, {"op": "add", "path": "title", "value": "Countess"})

    assert await entries(store) == [
        Change(
            tenant="default",
            ref=made.ref,
            kind=ChangeKind.CREATE,
            txn="",
            origin=Stamp(NOON + 2, "here2345"),
            lineage=("here2345",),
            version_before="",
            version_after=patched.version,
            data=with_created(patched.attributes, patched),
            attributes=("id", "externalId", "userName", "title"),
            external_id="A-1",
            activation=Activation.UNCHANGED,
            traceparent="",
            committed=NOON + 2,
            routed=False,
        )
    ]


async def test_a_group_is_told_with_its_members_as_a_create_of_it_is(store: StoreDriver) -> None:
    ada = await store.user("ada", displayName="Ada")
    await store.group("Team", ada)

    _, made = await store.changes()
    _, told = await entries(store)

    assert (told.kind, told.ref, told.origin) == (ChangeKind.CREATE, made.ref, made.origin)
    assert json.loads(told.data) == json.loads(made.data)
    assert sorted(told.attributes) == sorted(made.attributes)


async def test_who_is_inactive_is_told_to_be(store: StoreDriver) -> None:
    await store.user("ada", active=False)

    (told,) = await entries(store)

    assert told.activation is Activation.DEACTIVATED


async def test_what_came_from_elsewhere_is_told_with_its_stamp_and_way(store: StoreDriver) -> None:
    ada = Ref("User", "ada-id")
    await store.applied(foreign(ChangeKind.CREATE, ada, {"userName": "ada"}, clock=EARLIER))

    (told,) = await entries(store)

    assert (told.origin, told.lineage) == (Stamp(EARLIER, "faraway1"), ("faraway1", "here2345"))


async def test_what_was_deleted_is_told_last(store: StoreDriver) -> None:
    ada, grace = await store.user("ada"), await store.user("grace")
    await store.group("Team")
    await store.delete(ada)

    told = await entries(store)

    refs = [(each.kind, each.ref.resource_type, each.ref.id) for each in told]
    assert refs == [
        (ChangeKind.CREATE, "User", grace.ref.id),
        (ChangeKind.CREATE, "Group", "id-0003"),
        (ChangeKind.DELETE, "User", ada.ref.id),
    ]
    assert told[-1].origin == Stamp(NOON + 4, "here2345")


@pytest.mark.parametrize("limit", [1, 2, 3, 100])
async def test_pages_of_every_size_tell_all_of_it_once(store: StoreDriver, limit: int) -> None:
    people = [await store.user(name) for name in ("ada", "grace", "joan")]
    team = await store.group("Team", *people)

    told = await entries(store, limit=limit)

    assert [each.ref for each in told] == [*(each.ref for each in people), team.ref]


async def test_the_first_page_tells_how_many_there_are(store: StoreDriver) -> None:
    people = [await store.user(name) for name in ("ada", "grace", "joan")]
    await store.delete(people[0])

    totals = [page.total async for page in walked(store, limit=1)]

    assert (totals[0], set(totals[1:])) == (3, {None})


async def test_what_changed_meanwhile_comes_before_the_next_page(store: StoreDriver) -> None:
    people = [await store.user(name) for name in ("ada", "grace", "joan")]
    await store.settled()
    first = await store.read_snapshot(TENANT, None, after_key="", limit=2)
    await store.patch(people[0], {"op": "add", "path": "title", "value": "Countess"})
    await store.settled()

    second = await store.read_snapshot(TENANT, first.next_cursor, after_key=first.next_key, limit=2)
    third = await store.read_snapshot(
        TENANT, second.next_cursor, after_key=second.next_key, limit=2
    )

    assert [change.ref for change in second.changes] == [people[0].ref]
    assert (list(second.entries), second.next_key) == ([], first.next_key)
    assert [entry.ref for entry in third.entries] == [people[2].ref]


async def test_an_empty_cursor_begins_with_the_whole_feed(store: StoreDriver) -> None:
    made = await store.user("ada")
    await store.settled()

    page = await store.read_snapshot(TENANT, "", after_key="", limit=10)

    assert [change.ref for change in page.changes] == [made.ref]


async def test_the_state_of_another_tenant_is_its_own(store: StoreDriver) -> None:
    await store.user("ada")

    page = await store.read_snapshot("other", None, after_key="", limit=10)

    assert (list(page.entries), page.next_key, page.total) == ([], "", 0)


@pytest.mark.parametrize("key", ["nonsense", "Device:x"])
async def test_a_key_that_is_none_is_refused(store: StoreDriver, key: str) -> None:
    with pytest.raises(InvalidCursorError):
        await store.read_snapshot(TENANT, None, after_key=key, limit=10)


async def test_a_change_that_the_snapshot_contained_has_no_second_effect(
    store: StoreDriver,
) -> None:
    """What it removes is gone already, which alone would be a failure."""
    ada = Ref("User", "ada-id")
    emails: dict[str, Any] = {"emails": [{"value": "a@example.com", "type": "work"}]}
    remove = patch_message({"op": "remove", "path": 'emails[type eq "work"]'})
    await store.applied(
        foreign(ChangeKind.CREATE, ada, {"userName": "ada", **emails}, clock=EARLIER, txn="1"),
        foreign(ChangeKind.PATCH, ada, remove, clock=EARLIER + 1, txn="2"),
    )
    before = await store.changes()

    results = await store.applied(
        foreign(ChangeKind.PATCH, ada, remove, clock=EARLIER + 1, txn=""),
        foreign(ChangeKind.CREATE, ada, {"userName": "ada"}, clock=EARLIER + 1, txn=""),
    )

    assert [result.name for result in results] == ["STALE", "STALE"]
    assert await store.changes() == before


async def test_one_resource_is_told_as_the_walk_tells_it(store: StoreDriver) -> None:
    people = [await store.user(name) for name in ("ada", "grace", "joan")]
    await store.delete(people[1])
    told = {entry.ref: entry for entry in await entries(store)}

    for person in people:
        page = await store.read_snapshot.one(TENANT, None, person.ref, limit=10)
        assert (list(page.entries), page.next_key, page.total) == ([told[person.ref]], "", None)


async def test_of_one_resource_the_changes_come_first(store: StoreDriver) -> None:
    made = await store.user("ada")
    await store.settled()

    changed = await store.read_snapshot.one(TENANT, "", made.ref, limit=10)
    state = await store.read_snapshot.one(TENANT, changed.next_cursor, made.ref, limit=10)

    assert ([each.ref for each in changed.changes], list(changed.entries)) == ([made.ref], [])
    assert (list(state.changes), [each.ref for each in state.entries]) == ([], [made.ref])


@pytest.mark.parametrize("ref", [Ref("User", "nobody"), Ref("Device", "x"), Ref("User", "")])
async def test_what_there_is_no_trace_of_is_told_as_nothing(ref: Ref, store: StoreDriver) -> None:
    await store.user("ada")
    await store.settled()

    page = await store.read_snapshot.one(TENANT, None, ref, limit=10)

    assert (list(page.changes), list(page.entries)) == ([], [])
