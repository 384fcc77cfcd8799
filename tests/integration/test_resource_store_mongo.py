"""How the store asks MongoDB: through indexes."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

import pytest
from support.eventually import eventually
from support.store_driver import TENANT, StoreDriver, creation, foreign, patching
from support.stores import StorePlace, opened

from resource_store.adapters.mongo.collections import META, MIGRATIONS, RESOURCES
from resource_store.adapters.mongo.sort_fields import NO_KEY
from resource_store.adapters.mongo.storage import open_storage
from resource_store.commands.search_resources import Page
from resource_store.commands.write_resources import Delete
from resource_store.domain.changes import ChangeKind
from resource_store.domain.errors import StorageFailedError
from resource_store.domain.resources import Ref, Resource, StoreIdentity
from scim.errors import UniquenessError
from scim.registry import standard_registry
from servicekit.mongo import MongoDatabase, open_mongo

NOON = 1_800_000_000_000_000
HOUR: Final = 3600 * 1_000_000
PEOPLE: Final = 128
FEW: Final = 8
"""Documents that one command may look at where it is about one resource."""
OURS: Final = frozenset(
    {"resources", "members", "tombstones", "unique_keys", "transactions", "effects"}
)


@dataclass(frozen=True)
class Profiled:
    """A store with people in it, whose database notes how it carries out each command."""

    store: StoreDriver
    database: MongoDatabase
    ada: Resource
    team: Resource

    async def commands(self, action: Callable[[], Awaitable[object]]) -> list[dict[str, Any]]:
        """Return the database's notes of what an action asks of the store's collections."""
        await self.database.database.command("profile", 2)
        await action()
        await self.database.database.command("profile", 0)
        found = self.database["system.profile"].find({"planSummary": {"$exists": True}})
        name = self.database.database.name
        return [note async for note in found if note["ns"].removeprefix(f"{name}.") in OURS]


@pytest.fixture
async def profiled(mongo_url: str) -> AsyncIterator[Profiled]:
    async with (
        open_mongo(mongo_url, "store", MIGRATIONS) as database,
        opened(
            StorePlace(folder=None, mongo_url=mongo_url),
            StoreIdentity("here2345", "epoch"),
            now=lambda: NOON,
            ending=asyncio.Event(),
        ) as store,
    ):
        people = await store.write_all(
            [creation("User", {"userName": f"user-{number}"}) for number in range(PEOPLE)]
        )
        ada = await store.user("ada", externalId="A-1", emails=[{"value": "ada@example.com"}])
        team = await store.group("Team", ada, people[0])
        await store.group("Everybody else", *people[1:])
        yield Profiled(store, database, ada, team)


@pytest.mark.parametrize(
    ("text", "resource_type"),
    [
        ('userName eq "ADA"', "User"),
        ('externalId eq "A-1"', "User"),
        ('emails.value eq "ada@example.com"', "User"),
        ('emails[value eq "ada@example.com"]', "User"),
        ('userName eq "ada" and title co "x"', "User"),
        ('userName eq "ada" or externalId eq "A-1"', "User"),
        ('userName sw "AD"', "User"),
        ('userName gt "ac" and userName lt "ad"', "User"),
        ('emails.value sw "ada@"', "User"),
        ("emails.value pr", "User"),
        ("externalId pr", "User"),
        ('meta.created lt "2020-01-15T08:00:00Z"', "User"),
        ('displayName eq "team"', "Group"),
        ('id eq "{ada}"', "User"),
        ('members.value eq "{ada}"', "Group"),
        ('groups.value eq "{team}"', "User"),
    ],
)
async def test_an_index_looks_at_what_it_finds_only(
    profiled: Profiled, text: str, resource_type: str
) -> None:
    filled = text.format(ada=profiled.ada.ref.id, team=profiled.team.ref.id)

    notes = await profiled.commands(lambda: profiled.store.search(filled, resource_type))

    assert notes
    assert [_wide(note) for note in notes if _wide(note)] == []


async def test_a_page_is_read_in_the_order_of_an_index(profiled: Profiled) -> None:
    notes = await profiled.commands(lambda: profiled.store.search(None, "User", count=3))

    assert [note["planSummary"] for note in notes if "COLLSCAN" in note["planSummary"]] == []
    assert [note for note in notes if note.get("hasSortStage")] == []


@pytest.mark.parametrize("is_descending", [False, True], ids=["ascending", "descending"])
@pytest.mark.parametrize(
    ("text", "sort_by"),
    [
        (None, None),
        (None, "userName"),
        (None, "name.familyName"),
        (None, "meta.lastModified"),
        ('userName sw "user"', "userName"),
        ('meta.lastModified ge "2027-01-15T08:00:00Z"', "meta.lastModified"),
    ],
)
async def test_a_page_deep_in_a_walk_costs_what_it_shows(
    profiled: Profiled, text: str | None, sort_by: str | None, *, is_descending: bool
) -> None:
    async def turn(at: str) -> Page:
        return await profiled.store.walk(
            text, "User", cursor=at, count=2, sort_by=sort_by, is_descending=is_descending
        )

    at = ""
    for _ in range(20):
        at = (await turn(at)).next_cursor

    notes = await profiled.commands(lambda: turn(at))

    assert notes
    assert [_wide(note) for note in notes if _wide(note)] == []
    assert [note for note in notes if note.get("hasSortStage")] == []


async def test_reads_and_writes_look_at_their_own_documents_only(profiled: Profiled) -> None:
    store, ada, team = profiled.store, profiled.ada, profiled.team
    elsewhere = Ref("User", "elsewhere")

    async def week_of_work() -> None:
        await store.read(ada)
        await store.patch(ada, {"op": "add", "path": "title", "value": "Countess"})
        await store.written(creation("User", {"userName": "grace"}), txn="one")
        await store.written(creation("User", {"userName": "grace"}), txn="one")
        remove = {"op": "remove", "path": f'members[value eq "{ada.ref.id}"]'}
        await store.write_all([patching(team.ref, remove)])
        add = {"op": "add", "path": "members", "value": [{"value": ada.ref.id}]}
        await store.write_all([patching(team.ref, add)])
        await store.applied(foreign(ChangeKind.CREATE, elsewhere, {"userName": "joan"}))
        await store.written(Delete(ada.ref, None))

    notes = await profiled.commands(week_of_work)

    assert [_wide(note) for note in notes if _wide(note)] == []


async def test_a_page_of_the_snapshot_costs_what_it_shows(profiled: Profiled) -> None:
    key = f"User:{profiled.ada.ref.id[:-1]}"
    await profiled.store.settled()

    notes = await profiled.commands(
        lambda: profiled.store.read_snapshot(TENANT, None, after_key=key, limit=2)
    )

    assert notes
    assert [_wide(note) for note in notes if _wide(note)] == []


async def test_what_was_stored_before_there_was_sorting_is_sorted(mongo_url: str) -> None:
    place = StorePlace(folder=None, mongo_url=mongo_url)
    us = StoreIdentity("here2345", "epoch")
    async with (
        open_mongo(mongo_url, "store", MIGRATIONS) as database,
        opened(place, us, now=lambda: NOON, ending=asyncio.Event()) as before,
    ):
        await before.user("grace", displayName="Grace")
        await before.user("ada")
        without_sorting = {"$pull": {"keys": {"key": NO_KEY}}, "$unset": {"sorted": 1}}
        await database[RESOURCES].update_many({}, without_sorting)
        await database[META].delete_one({"_id": "keys"})

    async with opened(place, us, now=lambda: NOON, ending=asyncio.Event()) as after:
        by_name = await after.search(None, "User", sort_by="userName")
        by_display = await after.search(None, "User", sort_by="displayName")

    assert [each.ref.id for each in by_name.resources] == ["id-0002", "id-0001"]
    assert [each.ref.id for each in by_display.resources] == ["id-0001", "id-0002"]


async def test_what_was_done_is_remembered_for_a_day(mongo_url: str) -> None:
    """MongoDB forgets it by itself, and then a transaction is judged again."""
    yesterday = time.time_ns() // 1000 - 25 * HOUR
    async with opened(
        StorePlace(folder=None, mongo_url=mongo_url),
        StoreIdentity("here2345", "epoch"),
        now=lambda: yesterday,
        ending=asyncio.Event(),
    ) as store:
        create = creation("User", {"userName": "ada"})
        await store.written(create, txn="one")

        async def is_judged_again() -> bool:
            return isinstance(await store.written(create, txn="one"), UniquenessError)

        assert await eventually(is_judged_again, seconds=60)


async def test_a_database_that_does_not_answer_is_told_of(mongo_url: str) -> None:
    async with (
        open_mongo(mongo_url, "store", MIGRATIONS) as database,
        open_storage(
            database,
            standard_registry(),
            newborn=StoreIdentity("here2345", "epoch"),
            restore_id="",
            now=lambda: NOON,
        ) as storage,
    ):
        before = await storage.works()

    assert (before, await storage.works()) == (True, False)
    with pytest.raises(StorageFailedError):
        await storage.read_stored(TENANT, Ref("User", "ada"))


def _wide(note: dict[str, Any]) -> dict[str, Any] | None:
    """Return what is wrong with a command that looks at more than it is about; else None."""
    looks_at = {name: note.get(name, 0) for name in ("docsExamined", "keysExamined")}
    if "COLLSCAN" not in note["planSummary"] and max(looks_at.values()) <= FEW * 2:
        return None
    return {"ns": note["ns"], "plan": note["planSummary"], **looks_at, "of": note["command"]}
