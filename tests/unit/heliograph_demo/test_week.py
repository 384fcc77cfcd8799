from collections.abc import Iterator
from typing import Any

import pytest

from heliograph_demo.changes import Change, Create, Delete, Patch, body_of, references, resolved
from heliograph_demo.people import ENTERPRISE_SCHEMA
from heliograph_demo.week import Plan, plan
from scim.patch import parse_patch, patched
from scim.profile import STRICT
from scim.registry import standard_registry
from scim.validation import created, replaced


@pytest.fixture(scope="module")
def small() -> Plan:
    return plan(users=120, groups=12, seed=7)


def _changes(of: Plan) -> Iterator[Change]:
    for day in of.days:
        yield from day.changes


def test_the_full_size_is_what_the_demo_promises() -> None:
    full = plan(users=1000, groups=50, seed=1)

    created_keys = [change.key for change in full.days[0].changes]
    assert sum(key.startswith("Users/") for key in created_keys) == 1000
    assert sum(key.startswith("Groups/") for key in created_keys) == 50
    assert full.size >= 3000


def test_the_same_seed_gives_the_same_plan(small: Plan) -> None:
    assert plan(users=120, groups=12, seed=7) == small


def test_another_seed_gives_another_plan(small: Plan) -> None:
    assert plan(users=120, groups=12, seed=8) != small


def test_only_those_who_are_to_change_do_but_for_reports_of_leavers() -> None:
    few = plan(users=120, groups=12, seed=7, changing=30)

    week = [change for day in few.days[1:] for change in day.changes]
    founders = {f"Users/{number}" for number in range(120)}
    changed = {change.key for change in week if "manager" not in repr(change)} & founders
    assert changed <= {f"Users/{number}" for number in range(30)}
    assert len(changed) > 15


@pytest.mark.parametrize("size", [(1, 1), (2, 1), (12, 3)])
def test_small_sizes_work(size: tuple[int, int]) -> None:
    users, groups = size

    assert plan(users=users, groups=groups, seed=1).size > users + groups


def test_nothing_refers_to_what_is_not_there_yet_or_any_more(small: Plan) -> None:
    there: set[str] = set()
    gone: set[str] = set()
    for change in _changes(small):
        assert set(references(body_of(change))) <= there - gone
        match change:
            case Create(key, _):
                there.add(key)
            case Delete(key):
                gone.add(key)
            case _:
                assert change.key in there - gone

    assert there - gone == small.resources.keys()


def test_no_day_deletes_what_another_resource_refers_to_on_it(small: Plan) -> None:
    """Within a day resources go in parallel: nothing may have to come before a deletion."""
    for day in small.days:
        deleted = {change.key for change in day.changes if isinstance(change, Delete)}
        mentioned = {key for change in day.changes for key in references(body_of(change))}

        assert not deleted & mentioned


def test_user_names_differ_and_come_in_many_scripts(small: Plan) -> None:
    names = [
        change.attributes["userName"].casefold()
        for change in _changes(small)
        if isinstance(change, Create) and change.key.startswith("Users/")
    ]

    assert len(set(names)) == len(names)
    assert any(name.isascii() for name in names)
    assert not all(name.isascii() for name in names)


def test_every_chain_of_managers_ends_at_the_top(small: Plan) -> None:
    """A chain that is longer than there are people goes round in a circle."""
    people = [key for key in small.resources if key.startswith("Users/")]

    tops = {_top(small, key, steps=len(people)) for key in people}

    assert tops == {"Users/0"}


def test_a_replay_of_the_changes_gives_what_is_meant(small: Plan) -> None:
    """An implementation of RFC 7643 and 7644 arrives where the plan says."""
    registry = standard_registry()
    held: dict[str, dict[str, Any]] = {}
    for change in _changes(small):
        kind = registry.by_endpoint("/" + change.key.partition("/")[0])
        assert kind is not None
        match change:
            case Create(key, _):
                held[key] = created(kind, _plain(body_of(change)), profile=STRICT)
            case Delete(key):
                del held[key]
                for other in held.values():
                    _drop_member(other, key)
            case Patch(key, _):
                operations = parse_patch(_plain(body_of(change)), kind, profile=STRICT)
                held[key] = patched(kind, held[key], operations, profile=STRICT)
            case _:
                held[change.key] = replaced(
                    kind, held[change.key], _plain(body_of(change)), profile=STRICT
                )

    assert {key: _comparable(value) for key, value in held.items()} == {
        key: _comparable(_plain(value)) for key, value in small.resources.items()
    }


def _top(of: Plan, key: str, *, steps: int) -> str | None:
    for _ in range(steps):
        manager = of.resources[key][ENTERPRISE_SCHEMA].get("manager")
        if manager is None:
            return key
        key = manager["value"].key
    return None


def _plain(value: Any) -> Any:
    """Let every resource have its key as its id."""
    return resolved(value, {key: key for key in references(value)})


def _drop_member(group: dict[str, Any], gone: str) -> None:
    if "members" in group:
        group["members"] = [held for held in group["members"] if held["value"] != gone]


def _comparable(attributes: dict[str, Any]) -> dict[str, Any]:
    members = sorted(member["value"] for member in attributes.get("members", ()))
    schemas = sorted(attributes["schemas"])
    kept = {name: value for name, value in attributes.items() if name != "password"}
    return {**kept, "schemas": schemas, "members": members}
