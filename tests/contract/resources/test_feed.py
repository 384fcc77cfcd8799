"""What a storage tells of its changes."""

import asyncio
import json
import random
from typing import Protocol

import pytest
from support.store_driver import StoreDriver

from resource_store.commands.read_changes import ReadChanges
from resource_store.domain.changes import Activation, Change, ChangeKind
from resource_store.domain.errors import EpochChangedError, InvalidCursorError
from resource_store.domain.resources import Resource, Stamp
from scim.messages import PATCH_OP

NOON = 1_800_000_000_000_000


class SettableTime(Protocol):
    """The time that the storage under test is told."""

    now: int


async def test_a_create_is_told_with_the_representation(store: StoreDriver) -> None:
    made = await store.user("ada", externalId="A-1")

    assert await store.changes() == [
        Change(
            tenant="default",
            ref=made.ref,
            kind=ChangeKind.CREATE,
            txn="txn-1",
            origin=Stamp(NOON + 1, "here2345"),
            lineage=("here2345",),
            version_before="",
            version_after=made.version,
            data=made.attributes,
            attributes=("id", "externalId", "userName"),
            external_id="A-1",
            activation=Activation.UNCHANGED,
            traceparent="00-trace-01",
            committed=NOON + 1,
            routed=False,
        )
    ]


async def test_the_times_of_commits_grow_even_when_the_clock_goes_back(
    store: StoreDriver, time: SettableTime
) -> None:
    """A stream begins with what was committed after it was made: nothing later may look earlier."""
    await store.user("ada")
    time.now -= 3_600_000_000
    await store.user("ben")

    ada, ben = await store.changes()

    assert ben.committed > ada.committed


async def test_a_patch_is_told_by_what_took_effect(store: StoreDriver) -> None:
    made = await store.user("ada", title="Lady", emails=[{"value": "a@example.com"}])
    end = await store.end()

    patched = await store.patch(
        made,
        {"op": "Replace", "value": {"title": "Countess", "userName": "ada"}},
        {"op": "Add", "path": "emails", "value": {"value": "b@example.com"}},
    )

    (change,) = await store.changes(end)
    assert (change.kind, change.version_before) == (ChangeKind.PATCH, made.version)
    assert change.version_after == patched.version
    assert change.attributes == ("title", "emails")
    assert json.loads(change.data) == {
        "schemas": [PATCH_OP],
        "Operations": [
            {"op": "replace", "path": "title", "value": "Countess"},
            {"op": "add", "path": "emails", "value": [{"value": "b@example.com"}]},
        ],
    }


async def test_a_replace_is_told_with_the_whole_and_what_changed(store: StoreDriver) -> None:
    made = await store.user("ada", title="Lady")
    end = await store.end()

    replaced = await store.replace(made, {"userName": "ada", "title": "Countess"})

    (change,) = await store.changes(end)
    assert (change.kind, change.data) == (ChangeKind.REPLACE, replaced.attributes)
    assert change.attributes == ("title",)


async def test_a_delete_is_told_without_data(store: StoreDriver) -> None:
    made = await store.user("ada", externalId="A-1")
    end = await store.end()

    await store.delete(made)

    (change,) = await store.changes(end)
    assert (change.kind, change.data, change.attributes) == (ChangeKind.DELETE, b"", ())
    assert (change.version_before, change.version_after) == (made.version, "")
    assert change.external_id == "A-1"


@pytest.mark.parametrize(
    ("before", "after", "activation"),
    [
        pytest.param({}, False, Activation.DEACTIVATED, id="unassigned counts as active"),
        pytest.param({}, True, Activation.UNCHANGED, id="saying that someone is active"),
        pytest.param({"active": True}, False, Activation.DEACTIVATED, id="true to false"),
        pytest.param({"active": False}, True, Activation.ACTIVATED, id="false to true"),
    ],
)
async def test_a_change_of_active_is_told(
    store: StoreDriver, before: dict[str, bool], after: bool, activation: Activation
) -> None:
    made = await store.user("ada", **before)
    end = await store.end()

    await store.patch(made, {"op": "replace", "path": "active", "value": after})

    (change,) = await store.changes(end)
    assert change.activation is activation


async def test_removing_active_from_who_is_inactive_activates(store: StoreDriver) -> None:
    made = await store.user("ada", active=False)
    end = await store.end()

    await store.replace(made, {"userName": "ada"})

    (change,) = await store.changes(end)
    assert change.activation is Activation.ACTIVATED


async def test_the_feed_is_read_on_from_a_cursor(store: StoreDriver) -> None:
    people = [await store.user(name) for name in ("ada", "grace", "joan")]

    await store.settled()
    read, cursor = [], ""
    for _ in range(4):
        page = await store.read_changes(cursor, limit=1, wait_seconds=0)
        read += [change.ref for change in page.changes]
        cursor = page.next_cursor

    assert read == [person.ref for person in people]


async def test_a_refused_write_is_in_no_feed(store: StoreDriver) -> None:
    await store.user("ada")
    with pytest.raises(Exception, match="already"):
        await store.user("ada")
    await store.user("grace")

    assert len(await store.changes()) == 2


async def test_a_reader_waits_for_the_next_change(store: StoreDriver) -> None:
    end = await store.end()
    waiting = asyncio.create_task(store.read_changes(end, limit=10, wait_seconds=30))
    await asyncio.sleep(0)

    made = await store.user("ada")

    page = await asyncio.wait_for(waiting, 10)
    assert [change.ref for change in page.changes] == [made.ref]


async def test_waiting_without_a_change_gives_the_same_cursor(store: StoreDriver) -> None:
    await store.user("ada")
    end = await store.end()

    page = await store.read_changes(end, limit=10, wait_seconds=0.01)

    assert (list(page.changes), page.next_cursor) == ([], end)


async def test_readers_do_not_wait_past_the_services_end(
    store: StoreDriver, ending: asyncio.Event
) -> None:
    end = await store.end()
    ending.set()

    page = await asyncio.wait_for(store.read_changes(end, limit=10, wait_seconds=50), 10)

    assert list(page.changes) == []


async def test_a_cursor_of_a_restored_store_is_refused(store: StoreDriver) -> None:
    await store.user("ada")
    end = await store.end()
    restored = ReadChanges(store.feed, "secondepoch")

    with pytest.raises(EpochChangedError):
        await restored(end, limit=1, wait_seconds=0)


@pytest.mark.parametrize("cursor", ["nonsense", "-", "firstepoch-", "firstepoch-1.5", "-1"])
async def test_what_is_no_cursor_is_refused(store: StoreDriver, cursor: str) -> None:
    with pytest.raises(InvalidCursorError):
        await store.read_changes(cursor, limit=1, wait_seconds=0)


async def test_a_reader_of_four_writers_at_once_skips_nothing_and_sees_each_persons_order(
    store: StoreDriver,
) -> None:
    chance = random.Random(2)  # noqa: S311  a seed, so that a failure can be repeated
    people = [await store.user(name) for name in ("ada", "ben", "cem", "dov")]
    begun = await store.end()
    versions: dict[str, list[str]] = {person.ref.id: [] for person in people}

    async def write(person: Resource) -> None:
        for number in range(15):
            title = {"op": "replace", "path": "title", "value": str(number)}
            written = await store.patch(person, title)
            versions[person.ref.id].append(written.version)
            await asyncio.sleep(chance.random() * 0.01)

    async def follow() -> list[Change]:
        told: list[Change] = []
        cursor = begun
        while len(told) < 15 * len(people):
            page = await store.read_changes(cursor, limit=7, wait_seconds=1)
            told, cursor = [*told, *page.changes], page.next_cursor
        return told

    async with asyncio.timeout(60):
        told, *_ = await asyncio.gather(follow(), *map(write, people))

    for person in people:
        of_one = [change.version_after for change in told if change.ref == person.ref]
        assert of_one == versions[person.ref.id]
