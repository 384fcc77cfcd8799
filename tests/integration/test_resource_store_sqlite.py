"""How the store asks its database: through indexes."""

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from support.store_driver import StoreDriver, foreign, patching

from resource_store.adapters.sqlite.orders import marks_along
from resource_store.adapters.sqlite.snapshots import RESOURCES_AFTER, TOMBSTONES_AFTER
from resource_store.adapters.sqlite.sources import among, counting
from resource_store.adapters.sqlite.storage import SqliteStorage, open_storage
from resource_store.adapters.sqlite.tables import MIGRATIONS
from resource_store.domain.candidates import candidates
from resource_store.domain.changes import ChangeKind
from resource_store.domain.ordering import Mark, Window
from resource_store.domain.resources import Ref, StoreIdentity
from resource_store.domain.sort_orders import sort_order
from resource_store.ports.resources import TypedFilter
from scim.filters import parse_filter
from scim.profile import TOLERANT
from scim.registry import standard_registry
from scim.resource_type import ResourceType
from scim.sorting import sort_paths

NOON = 1_800_000_000_000_000
KEYS = "SEARCH index_keys USING PRIMARY KEY (tenant=? AND resource_type=? AND path=? AND key=?)"
BY_ID = "SEARCH resources USING INDEX resources_by_type (tenant=? AND resource_type=? AND id=?)"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(tmp_path / "store.sqlite3")
    for script in MIGRATIONS:
        connection.executescript(script)
    yield connection
    connection.close()


@pytest.mark.parametrize(
    "text",
    [
        'userName eq "ada"',
        'externalId eq "A-1"',
        'emails.value eq "ada@example.com"',
        'emails[type eq "work" and value eq "ada@example.com"]',
        'userName eq "ada" and title co "x"',
        'userName eq "ada" or displayName eq "Ada"',
        "active eq true",
    ],
)
def test_an_equality_is_looked_up_in_the_index(database: sqlite3.Connection, text: str) -> None:
    plan = _plan(database, text, _resource_type("User"))

    assert KEYS in plan
    assert BY_ID in plan
    assert not any(step.startswith("SCAN resources") for step in plan)


@pytest.mark.parametrize(
    ("text", "resource_type", "step"),
    [
        (
            'members.value eq "x"',
            "Group",
            "SEARCH members USING COVERING INDEX groups_by_member (tenant=? AND member_id=?)",
        ),
        (
            'groups.value eq "x"',
            "User",
            "SEARCH m USING PRIMARY KEY (tenant=? AND group_id=?)",
        ),
    ],
)
def test_memberships_are_looked_up_from_both_sides(
    database: sqlite3.Connection, text: str, resource_type: str, step: str
) -> None:
    assert step in _plan(database, text, _resource_type(resource_type))


@pytest.mark.parametrize(
    ("statement", "step"),
    [
        (RESOURCES_AFTER, BY_ID.replace("id=?", "id>?")),
        (TOMBSTONES_AFTER, "SEARCH tombstones USING PRIMARY KEY (tenant=? AND id>?)"),
    ],
    ids=["resources", "tombstones"],
)
def test_a_page_of_the_snapshot_begins_where_the_last_one_ended(
    database: sqlite3.Connection, statement: str, step: str
) -> None:
    values = ("default",) * statement.count("?")

    plan = [row[3] for row in database.execute(f"EXPLAIN QUERY PLAN {statement}", values)]

    assert plan == [step]


@pytest.mark.parametrize("is_reversed", [False, True], ids=["forth", "back"])
@pytest.mark.parametrize(
    ("text", "sort_by", "step"),
    [
        (
            None,
            None,
            (
                "resources USING COVERING INDEX resources_by_type"
                " (tenant=? AND resource_type=? AND id>?)"
            ),
        ),
        (
            "active eq true",
            None,
            (
                "index_keys USING PRIMARY KEY"
                " (tenant=? AND resource_type=? AND path=? AND key=? AND id>?)"
            ),
        ),
        (
            None,
            "meta.lastModified",
            (
                "resources USING COVERING INDEX resources_by_last_modified"
                " (tenant=? AND resource_type=? AND (last_modified,id)>(?,?))"
            ),
        ),
        (
            None,
            "name.familyName",
            (
                "index_keys USING PRIMARY KEY"
                " (tenant=? AND resource_type=? AND path=? AND (key,id)>(?,?))"
            ),
        ),
    ],
)
def test_a_page_of_a_walk_begins_where_the_last_one_ended(
    database: sqlite3.Connection,
    text: str | None,
    sort_by: str | None,
    step: str,
    *,
    is_reversed: bool,
) -> None:
    user = _resource_type("User")
    condition = parse_filter(text, user) if text else None
    sort = sort_paths(sort_by, [user], profile=TOLERANT)[0] if sort_by else None
    found = candidates(condition, user) if condition else None
    window = Window(Mark(None, "x"), is_reversed=is_reversed, skip=0, limit=3)

    statement, values = marks_along(
        sort_order(user, sort), "default", TypedFilter(user, condition, sort), found, window
    )
    plan = [row[3] for row in database.execute(f"EXPLAIN QUERY PLAN {statement}", values)]

    assert plan == [f"SEARCH {step.replace('>', '<') if is_reversed else step}"]


@pytest.mark.parametrize("is_reversed", [False, True], ids=["forth", "back"])
@pytest.mark.parametrize("beyond", [None, Mark("m", "x")], ids=["first page", "a later page"])
@pytest.mark.parametrize(
    ("text", "sort_by", "step"),
    [
        (
            'userName sw "a"',
            "userName",
            (
                "index_keys USING PRIMARY KEY"
                " (tenant=? AND resource_type=? AND path=? AND key>? AND key<?)"
            ),
        ),
        (
            'meta.lastModified gt "2027-01-15T08:00:00Z"',
            "meta.lastModified",
            (
                "resources USING COVERING INDEX resources_by_last_modified"
                " (tenant=? AND resource_type=? AND last_modified>? AND last_modified<?)"
            ),
        ),
    ],
)
def test_an_interval_of_what_is_sorted_by_is_one_of_its_index(
    database: sqlite3.Connection,
    text: str,
    sort_by: str,
    step: str,
    beyond: Mark | None,
    *,
    is_reversed: bool,
) -> None:
    user = _resource_type("User")
    condition = parse_filter(text, user)
    (sort,) = sort_paths(sort_by, [user], profile=TOLERANT)
    window = Window(beyond, is_reversed=is_reversed, skip=0, limit=3)

    statement, values = marks_along(
        sort_order(user, sort),
        "default",
        TypedFilter(user, condition, sort),
        candidates(condition, user),
        window,
    )
    plan = [row[3] for row in database.execute(f"EXPLAIN QUERY PLAN {statement}", values)]

    assert plan == [f"SEARCH {step}"]


@pytest.mark.parametrize(
    ("text", "step"),
    [
        (
            "active eq true",
            "index_keys USING PRIMARY KEY (tenant=? AND resource_type=? AND path=? AND key=?)",
        ),
        (
            'userName sw "a"',
            (
                "index_keys USING PRIMARY KEY"
                " (tenant=? AND resource_type=? AND path=? AND key>? AND key<?)"
            ),
        ),
        (
            'meta.created lt "2027-01-15T08:00:00Z"',
            (
                "resources USING COVERING INDEX resources_by_created"
                " (tenant=? AND resource_type=? AND created<?)"
            ),
        ),
    ],
)
def test_an_index_alone_counts_what_it_has_once(
    database: sqlite3.Connection, text: str, step: str
) -> None:
    user = _resource_type("User")
    condition = parse_filter(text, user)

    statement, values = counting(
        "default", TypedFilter(user, condition, None), candidates(condition, user)
    )
    plan = [row[3] for row in database.execute(f"EXPLAIN QUERY PLAN {statement}", values)]

    assert plan == [f"SEARCH {step}"]


async def test_adding_a_member_looks_at_its_own_rows_only(tmp_path: Path) -> None:
    store = await _opened(tmp_path)
    ada = await store.user("ada")
    team = await store.group("Team")
    asked: list[str] = []
    assert isinstance(store.storage, SqliteStorage)
    writer = store.storage._database._writer_connection
    writer.set_trace_callback(asked.append)

    add = {"op": "add", "path": "members", "value": [{"value": ada.ref.id}]}
    await store.write_all([patching(team.ref, add)], shown=frozenset())
    writer.set_trace_callback(None)
    plans = [
        row[3]
        for statement in asked
        if statement.lstrip().startswith(("SELECT", "UPDATE", "DELETE"))
        for row in writer.execute(f"EXPLAIN QUERY PLAN {statement}")
    ]
    await _closed(store)

    assert "SEARCH resources USING INDEX resources_by_id (tenant=? AND id=?)" in plans
    looking = [step for step in plans if step.startswith(("SEARCH", "SCAN"))]
    assert [step for step in looking if not _is_narrow(step)] == []


def _is_narrow(step: str) -> bool:
    """Whether a step of a plan looks at the rows of given ids, or at the mark of a tenant."""
    if step == "SEARCH closed_tenants USING PRIMARY KEY (tenant=?)":
        return True
    return "json_each" in step or any(
        column in step for column in (" id=?", " key=?", " member_id=?", "rowid=?")
    )


async def test_after_a_restart_a_local_change_is_later_than_what_was_received(
    tmp_path: Path,
) -> None:
    ada, ahead = Ref("User", "ada-id"), NOON + 60_000_000
    first = await _opened(tmp_path)
    await first.applied(
        foreign(ChangeKind.CREATE, ada, {"userName": "ada"}, clock=NOON, txn="1"),
        foreign(ChangeKind.REPLACE, ada, {"userName": "ada"}, clock=ahead, txn="2"),
    )
    await _closed(first)

    second = await _opened(tmp_path)
    (found,) = (await second.search(None)).resources
    patched = await second.patch(found, {"op": "add", "path": "title", "value": "Countess"})
    await _closed(second)

    assert found.origin.clock == ahead
    assert patched.origin > found.origin


async def test_what_was_stored_before_there_was_sorting_is_sorted(tmp_path: Path) -> None:
    before = await _opened(tmp_path)
    await before.user("grace", displayName="Grace")
    await before.user("ada")
    await _closed(before)
    with closing(sqlite3.connect(tmp_path / "store.sqlite3")) as connection, connection:
        connection.execute("DELETE FROM index_keys WHERE key = x''")
        connection.execute("DELETE FROM meta WHERE name LIKE 'keys:%'")

    after = await _opened(tmp_path)
    found = await after.search(None, "User", sort_by="displayName")
    await _closed(after)

    assert [each.ref.id for each in found.resources] == ["id-0001", "id-0002"]


async def _opened(folder: Path) -> StoreDriver:
    storage = await open_storage(
        folder / "store.sqlite3",
        standard_registry(),
        newborn=StoreIdentity(cluster="here2345", epoch="firstepoch"),
        restore_id="",
        now=lambda: NOON,
        ending=asyncio.Event(),
    )
    return StoreDriver(storage, storage)


async def _closed(store: StoreDriver) -> None:
    assert isinstance(store.storage, SqliteStorage)
    await store.storage.close()


def _resource_type(name: str) -> ResourceType:
    found = standard_registry().resource_type(name)
    assert found is not None
    return found


def _plan(database: sqlite3.Connection, text: str, resource_type: ResourceType) -> list[str]:
    parsed = parse_filter(text, resource_type)
    typed = TypedFilter(resource_type, parsed, sort=None)
    where, values = among("default", typed, candidates(parsed, resource_type))
    rows = database.execute(f"EXPLAIN QUERY PLAN SELECT * FROM resources WHERE {where}", values)  # noqa: S608 constants
    return [row[3] for row in rows]
