"""The values before and after that a change's record has (ADR 0036)."""

import json
from pathlib import Path
from typing import Any

import pytest
from pymongo import AsyncMongoClient
from support.scim_resources import USER
from support.store_driver import StoreDriver
from support.stores import StorePlace

from resource_store.adapters.mongo.feed import CHANGES
from resource_store.adapters.sqlite.feed import entries_after
from resource_store.adapters.sqlite.tables import MIGRATIONS
from resource_store.domain.changes import Change
from scim.messages import ENTERPRISE_USER_SCHEMA
from servicekit.sqlite import Database

BEFORE_VALUES = 8


def values(change: Change) -> tuple[Any, Any]:
    """Return what a record says of the resource and of what was replaced, as JSON."""
    read = [None if each is None else json.loads(each) for each in (change.state, change.replaced)]
    return read[0], read[1]


async def test_a_create_has_its_data_alone(store: StoreDriver) -> None:
    await store.user("ada", title="Lady")

    (change,) = await store.changes()
    assert values(change) == (None, None)


async def test_a_patch_has_the_resource_and_what_was_before(store: StoreDriver) -> None:
    made = await store.user("ada", title="Lady", active=True)
    end = await store.end()

    patched = await store.patch(
        made,
        {"op": "replace", "path": "title", "value": "Countess"},
        {"op": "add", "path": f"{ENTERPRISE_USER_SCHEMA}:department", "value": "Engines"},
        {"op": "remove", "path": "active"},
    )

    (change,) = await store.changes(end)
    assert values(change) == (
        json.loads(patched.attributes),
        {
            "schemas": [USER.schema.id],
            "title": "Lady",
            "active": True,
            ENTERPRISE_USER_SCHEMA: None,
        },
    )


async def test_a_replace_has_what_was_before(store: StoreDriver) -> None:
    made = await store.user("ada", title="Lady")
    end = await store.end()

    await store.replace(made, {"userName": "ada", "nickName": "Countess"})

    (change,) = await store.changes(end)
    assert values(change) == (None, {"title": "Lady", "nickName": None})


async def test_a_deletion_has_the_resource(store: StoreDriver) -> None:
    made = await store.user("ada", title="Lady")
    end = await store.end()

    await store.delete(made)

    (change,) = await store.changes(end)
    assert values(change) == (json.loads(made.attributes), None)


async def test_a_group_has_no_members_in_it(store: StoreDriver) -> None:
    people = [await store.user(f"person-{number}") for number in range(50)]
    group = await store.group("Team", *people[:49])
    end = await store.end()

    await store.patch(
        group, {"op": "add", "path": "members", "value": [{"value": people[49].ref.id}]}
    )
    await store.replace(group, {"displayName": "Crew", "members": []})
    await store.delete(group)

    added, replaced, deleted = await store.changes(end)
    assert values(added) == (
        {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "id": group.ref.id}
        | {"displayName": "Team"},
        {},
    )
    assert values(replaced) == (None, {"displayName": "Team"})
    assert "members" not in values(deleted)[0]


async def test_a_password_is_nowhere(store: StoreDriver) -> None:
    made = await store.user("ada", password="Unmistakable-1")
    end = await store.end()

    await store.patch(made, {"op": "replace", "path": "password", "value": "Unmistakable-2"})
    await store.replace(made, {"userName": "ada", "password": "Unmistakable-3"})
    await store.delete(made)

    for change in await store.changes(end):
        state, replaced = values(change)
        assert "password" not in {**(state or {}), **(replaced or {})}


async def test_an_erased_one_has_neither(store: StoreDriver) -> None:
    made = await store.user("ada")
    await store.patch(made, {"op": "add", "path": "title", "value": "Lady"})

    await store.erase(made)

    assert [values(change) for change in await store.changes()] == [(None, None)] * 3


@pytest.mark.parametrize("place", ["mongodb"], indirect=True)
async def test_a_document_of_before_there_were_any_is_told_without(
    store: StoreDriver, place: StorePlace
) -> None:
    made = await store.user("ada")
    await store.delete(made)
    await store.changes()
    unset = {"$unset": {"state": "", "replaced": ""}}
    async with AsyncMongoClient[dict[str, Any]](place.mongo_url) as client:
        for name in await client.list_database_names():
            if name.endswith(place.name):
                await client[name][CHANGES].update_many({}, unset)

    assert [values(change) for change in await store.changes()] == [(None, None)] * 2


async def test_a_row_of_before_there_were_any_is_told_without(tmp_path: Path) -> None:
    older = Database(tmp_path / "older.sqlite3", MIGRATIONS[:BEFORE_VALUES])
    row = """
        INSERT INTO changes VALUES (1, 1, 'default', 'User', 'a', 'DELETE', 't', 1, 'c', '["c"]',
            'v', '', x'', '[]', '', 'UNCHANGED', '', 1, 0, 0)
    """
    await older.write(lambda connection: connection.execute(row))
    await older.close()

    newer = Database(tmp_path / "older.sqlite3", MIGRATIONS)
    (entry,) = await newer.read(lambda connection: entries_after(connection, 0, limit=10))
    await newer.close()

    assert values(entry.change) == (None, None)
