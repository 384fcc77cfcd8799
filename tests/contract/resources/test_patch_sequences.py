"""A PATCH of several operations is one change, or none (RFC 7644 section 3.5.2)."""

import random
from typing import Any, Final

import pytest
from support.store_driver import StoreDriver, patching

from resource_store.domain.changes import ChangeKind
from resource_store.domain.resources import Resource
from scim.errors import ScimError
from scim.messages import ENTERPRISE_USER_SCHEMA

DEPARTMENT: Final = f"{ENTERPRISE_USER_SCHEMA}:department"
ROUNDS: Final = 25

GOOD: Final[list[dict[str, Any]]] = [
    {"op": "replace", "path": "title", "value": "Dr"},
    {"op": "replace", "path": "title", "value": "Prof"},
    {"op": "remove", "path": "title"},
    {"op": "add", "path": "name.givenName", "value": "Ada"},
    {"op": "remove", "path": "name.givenName"},
    {"op": "add", "path": "emails", "value": [{"value": "a@x", "type": "work", "primary": True}]},
    {"op": "add", "path": "emails", "value": [{"value": "b@x", "type": "home", "primary": True}]},
    {"op": "remove", "path": 'emails[type eq "work"]'},
    {"op": "replace", "path": "emails", "value": []},
    {"op": "add", "path": DEPARTMENT, "value": "Engines"},
    {"op": "remove", "path": ENTERPRISE_USER_SCHEMA},
    {"op": "add", "value": {"active": False, "title": "Dr"}},
    {"op": "replace", "path": "active", "value": True},
]
NOTHING: Final = {"op": "replace", "path": "userName", "value": "ada"}
BAD: Final[list[dict[str, Any]]] = [
    {"op": "remove", "path": "userName"},
    {"op": "replace", "path": "userName", "value": "taken"},
    {"op": "replace", "path": "id", "value": "x"},
    {"op": "replace", "path": 'emails[type eq "pager" and value sw "x"].value', "value": "c@x"},
    {"op": "add", "path": "shoeSize", "value": 44},
    {"op": "add", "path": "active", "value": 1},
    {"op": "remove"},
]


@pytest.fixture
async def ada(store: StoreDriver) -> Resource:
    await store.user("taken")
    return await store.user("ada", title="Dr")


def sequence(chance: random.Random) -> list[dict[str, Any]]:
    return [chance.choice(GOOD) for _ in range(chance.randint(1, 5))]


@pytest.mark.parametrize("seed", range(2))
async def test_one_that_fails_anywhere_leaves_everything_as_it_was(
    store: StoreDriver, ada: Resource, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 a test
    for _ in range(ROUNDS):
        ada = await store.patch(ada, *sequence(chance))
        before, end = await store.read(ada), await store.end()
        operations = sequence(chance)
        operations.insert(chance.randint(0, len(operations)), chance.choice(BAD))

        result = await store.written(patching(ada.ref, *operations))

        assert isinstance(result, ScimError), operations
        assert await store.read(ada) == before
        assert await store.changes(end) == []
    assert await store.patch(ada, NOTHING) == ada


@pytest.mark.parametrize("seed", range(2))
async def test_they_make_one_version_and_one_event_or_where_nothing_is_different_none(
    store: StoreDriver, ada: Resource, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 a test
    seen = {True: 0, False: 0}
    for _ in range(ROUNDS):
        before, end = await store.read(ada), await store.end()
        operations = sequence(chance)

        after = await store.patch(ada, *operations)
        again = await store.patch(after, NOTHING)

        changes = await store.changes(end)
        is_changed = await store.read(ada) != before
        assert (after.version != ada.version) is is_changed, operations
        assert [change.kind for change in changes] == [ChangeKind.PATCH] * is_changed, operations
        assert again.version == after.version
        seen[is_changed] += 1
        ada = after
    assert min(seen.values()) > 0
