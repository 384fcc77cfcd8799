"""What a storage makes of changes of other clusters (RFC 9967)."""

import json
from typing import Any

import pytest
from support.store_driver import StoreDriver, foreign, patch_message

from resource_store.domain.changes import Activation, ChangeKind
from resource_store.domain.decisions import Effect
from resource_store.domain.errors import ResourceNotFoundError, StampAheadError
from resource_store.domain.resources import Ref, Resource, Stamp
from scim.errors import InvalidValueError, UniquenessError

NOON = 1_800_000_000_000_000
EARLIER = NOON - 1_000_000
MINUTE = 60 * 1_000_000
ADA = Ref("User", "ada-id")
TEAM = Ref("Group", "team-id")
CREATE, REPLACE, PATCH, DELETE, _ = ChangeKind


async def test_a_create_takes_over_id_and_stamp(store: StoreDriver) -> None:
    results = await store.applied(foreign(CREATE, ADA, {"userName": "ada"}, clock=EARLIER))

    assert results == [Effect.APPLIED]
    (found,) = (await store.search(None, "User")).resources
    assert found == Resource(
        ref=ADA,
        attributes=found.attributes,
        version=found.version,
        created=EARLIER,
        last_modified=EARLIER,
        origin=Stamp(EARLIER, "faraway1"),
    )


@pytest.mark.parametrize(
    ("told", "created"),
    [
        pytest.param("2026-05-28T12:00:00.000Z", 1_779_969_600_000_000, id="before its stamp"),
        pytest.param("2099-01-01T00:00:00Z", EARLIER, id="after its stamp"),
        pytest.param("2026-05-28T12:00:00", EARLIER, id="in no time zone"),
        pytest.param("yesterday", EARLIER, id="in words"),
        pytest.param(7, EARLIER, id="as a number"),
    ],
)
async def test_a_create_says_when_a_resource_was_made(
    told: object, created: int, store: StoreDriver
) -> None:
    body = {"userName": "ada", "meta": {"created": told}}

    await store.applied(foreign(CREATE, ADA, body, clock=EARLIER))

    (found,) = (await store.search(None, "User")).resources
    assert (found.created, found.last_modified) == (created, EARLIER)


async def test_what_was_made_long_ago_is_told_so_again(store: StoreDriver) -> None:
    meta = {"created": "2026-05-28T12:00:00.000Z"}

    await store.applied(foreign(CREATE, ADA, {"userName": "ada", "meta": meta}, clock=EARLIER))

    (change,) = await store.changes()
    assert json.loads(change.data)["meta"] == meta


async def test_the_feed_tells_where_a_change_has_been(store: StoreDriver) -> None:
    await store.applied(foreign(CREATE, ADA, {"userName": "ada"}, clock=EARLIER))

    (change,) = await store.changes()
    assert (change.origin, change.lineage) == (
        Stamp(EARLIER, "faraway1"),
        ("faraway1", "here2345"),
    )
    assert (change.txn, change.traceparent) == ("foreign-txn", "00-far-01")


async def test_the_same_effect_is_applied_once(store: StoreDriver) -> None:
    create = foreign(CREATE, ADA, {"userName": "ada"}, clock=EARLIER)

    results = await store.applied(create, create) + await store.applied(create)

    assert results == [Effect.APPLIED, Effect.REPEATED, Effect.REPEATED]
    assert len(await store.changes()) == 1


async def test_events_without_a_txn_are_never_taken_for_each_other(store: StoreDriver) -> None:
    await store.applied(foreign(CREATE, ADA, {"userName": "ada"}, txn=""))

    results = [
        *await store.applied(foreign(PATCH, ADA, _title("Lady"), txn="")),
        *await store.applied(foreign(PATCH, ADA, _title("Countess"), txn="")),
    ]

    assert results == [Effect.APPLIED, Effect.APPLIED]


async def test_changes_of_one_resource_take_effect_in_order(store: StoreDriver) -> None:
    results = await store.applied(
        foreign(CREATE, ADA, {"userName": "ada"}, clock=EARLIER, txn="1"),
        foreign(PATCH, ADA, _title("Lady"), clock=EARLIER + 1, txn="2"),
        foreign(REPLACE, ADA, {"userName": "ada", "title": "Countess"}, clock=EARLIER + 2, txn="3"),
    )

    assert results == [Effect.APPLIED] * 3
    assert (await _ada(store))["title"] == "Countess"


async def test_a_create_of_what_is_there_replaces_it(store: StoreDriver) -> None:
    await store.applied(foreign(CREATE, ADA, {"userName": "ada", "title": "x"}, clock=EARLIER))

    results = await store.applied(
        foreign(CREATE, ADA, {"userName": "ada"}, clock=EARLIER + 1, txn="2")
    )

    assert results == [Effect.APPLIED]
    assert "title" not in await _ada(store)
    assert [change.kind for change in await store.changes()] == [CREATE, REPLACE]


async def test_a_replace_of_what_is_not_there_creates_it(store: StoreDriver) -> None:
    results = await store.applied(foreign(REPLACE, ADA, {"userName": "ada"}, clock=EARLIER))

    assert results == [Effect.APPLIED]
    assert [change.kind for change in await store.changes()] == [CREATE]


async def test_a_change_that_came_back_is_passed_over(store: StoreDriver) -> None:
    results = await store.applied(
        foreign(CREATE, ADA, {"userName": "ada"}, lineage=("here2345", "faraway1"))
    )

    assert results == [Effect.OWN]
    assert await store.changes() == []


async def test_an_own_change_that_a_restore_lost_is_recovered_when_it_comes_back(
    store: StoreDriver,
) -> None:
    lineage = ("here2345", "faraway1")
    await store.applied(foreign(CREATE, ADA, {"userName": "ada"}, clock=EARLIER - 9))

    later = {"userName": "ada", "title": "Countess"}
    changed = foreign(REPLACE, ADA, later, clock=EARLIER, lineage=lineage, txn="lost")
    again = foreign(REPLACE, ADA, later, clock=EARLIER, lineage=lineage, txn="told again")

    assert await store.applied(changed) == [Effect.APPLIED]
    assert await store.applied(again) == [Effect.OWN]
    assert (await _ada(store))["title"] == "Countess"


async def test_an_earlier_change_does_not_undo_a_later_one(store: StoreDriver) -> None:
    await store.applied(foreign(CREATE, ADA, {"userName": "ada"}, clock=EARLIER))
    await store.patch(await _resource(store), {"op": "add", "path": "title", "value": "Here"})

    results = await store.applied(foreign(PATCH, ADA, _title("There"), clock=EARLIER + 1, txn="2"))

    assert results == [Effect.STALE]
    assert (await _ada(store))["title"] == "Here"


async def test_a_later_change_that_tells_nothing_new_wins_over_one_in_between(
    store: StoreDriver,
) -> None:
    await store.applied(
        foreign(CREATE, ADA, {"userName": "ada", "title": "Lady"}, clock=EARLIER, txn="1")
    )

    results = await store.applied(
        foreign(PATCH, ADA, _title("Lady"), clock=EARLIER + 2, txn="3"),
        foreign(PATCH, ADA, _title("Countess"), clock=EARLIER + 1, txn="2"),
    )

    assert results == [Effect.UNCHANGED, Effect.STALE]
    assert (await _resource(store)).last_modified == EARLIER + 2
    assert (await _ada(store))["title"] == "Lady"


async def test_a_local_change_is_later_than_every_change_that_was_received(
    store: StoreDriver,
) -> None:
    ahead = NOON + 4 * MINUTE
    await store.applied(foreign(CREATE, ADA, {"userName": "ada"}, clock=ahead))

    patched = await store.patch(
        await _resource(store), {"op": "add", "path": "title", "value": "x"}
    )

    assert patched.origin == Stamp(ahead + 1, "here2345")


async def test_a_change_from_the_future_is_refused(store: StoreDriver) -> None:
    results = await store.applied(
        foreign(CREATE, ADA, {"userName": "ada"}, clock=NOON + 6 * MINUTE)
    )

    assert [type(result) for result in results] == [StampAheadError]


async def test_a_change_that_says_not_when_counts_as_made_now(store: StoreDriver) -> None:
    await store.applied(foreign(CREATE, ADA, {"userName": "ada"}))

    assert (await _resource(store)).origin == Stamp(NOON + 1, "here2345")


@pytest.mark.parametrize("activation", [Activation.ACTIVATED, Activation.UNCHANGED])
async def test_a_patch_of_what_is_not_there_is_refused_for_now(
    store: StoreDriver, activation: Activation
) -> None:
    patch = foreign(PATCH, ADA, _title("x"), clock=EARLIER, activation=activation)
    first = await store.applied(patch)
    await store.applied(foreign(CREATE, ADA, {"userName": "ada"}, clock=EARLIER, txn="0"))

    second = await store.applied(patch)

    assert [type(result) for result in first] == [ResourceNotFoundError]
    assert isinstance(second[0], Effect)


@pytest.mark.parametrize(
    ("activation", "before", "effect", "after"),
    [
        (Activation.DEACTIVATED, True, Effect.APPLIED, False),
        (Activation.ACTIVATED, False, Effect.APPLIED, True),
        (Activation.ACTIVATED, True, Effect.UNCHANGED, True),
    ],
)
async def test_an_activation_sets_active(
    store: StoreDriver, activation: Activation, before: bool, effect: Effect, after: bool
) -> None:
    body = {"userName": "ada", "active": before}
    await store.applied(foreign(CREATE, ADA, body, clock=EARLIER))

    results = await store.applied(
        foreign(PATCH, ADA, activation=activation, clock=EARLIER + 1, txn="2")
    )

    assert results == [effect]
    assert (await _ada(store))["active"] is after


async def test_an_activation_of_the_same_transaction_as_its_patch_is_not_stale(
    store: StoreDriver,
) -> None:
    await store.applied(foreign(CREATE, ADA, {"userName": "ada"}, clock=EARLIER, txn="1"))
    patch = patch_message({"op": "replace", "path": "active", "value": False})

    results = await store.applied(
        foreign(PATCH, ADA, patch, clock=EARLIER + 1, txn="2"),
        foreign(PATCH, ADA, activation=Activation.DEACTIVATED, clock=EARLIER + 1, txn="2"),
    )

    assert results == [Effect.APPLIED, Effect.UNCHANGED]


async def test_a_patch_that_comes_after_its_activation_still_takes_effect(
    store: StoreDriver,
) -> None:
    await store.applied(foreign(CREATE, ADA, {"userName": "ada"}, clock=EARLIER, txn="1"))
    patch = patch_message(
        {"op": "replace", "path": "active", "value": False},
        {"op": "replace", "path": "title", "value": "Lady"},
    )

    results = await store.applied(
        foreign(PATCH, ADA, activation=Activation.DEACTIVATED, clock=EARLIER + 1, txn="2"),
        foreign(PATCH, ADA, patch, clock=EARLIER + 1, txn="2"),
    )

    assert results == [Effect.APPLIED, Effect.APPLIED]
    assert (await _ada(store))["title"] == "Lady"


async def test_a_delete_wins_over_what_came_before_it_and_not_over_what_came_later(
    store: StoreDriver,
) -> None:
    results = await store.applied(
        foreign(CREATE, ADA, {"userName": "ada"}, clock=EARLIER, txn="1"),
        foreign(DELETE, ADA, clock=EARLIER + 5, txn="2"),
        foreign(REPLACE, ADA, {"userName": "ada"}, clock=EARLIER + 4, txn="3"),
        foreign(CREATE, ADA, {"userName": "ada"}, clock=EARLIER + 6, txn="4"),
    )

    assert results == [Effect.APPLIED, Effect.APPLIED, Effect.STALE, Effect.APPLIED]


async def test_a_delete_may_come_before_what_it_deletes(store: StoreDriver) -> None:
    results = await store.applied(
        foreign(DELETE, ADA, clock=EARLIER + 5, txn="2"),
        foreign(CREATE, ADA, {"userName": "ada"}, clock=EARLIER, txn="1"),
    )

    assert results == [Effect.UNCHANGED, Effect.STALE]
    assert await store.changes() == []


async def test_a_second_delete_has_no_effect(store: StoreDriver) -> None:
    results = await store.applied(
        foreign(CREATE, ADA, {"userName": "ada"}, clock=EARLIER, txn="1"),
        foreign(DELETE, ADA, clock=EARLIER + 1, txn="2"),
        foreign(DELETE, ADA, clock=EARLIER + 2, txn="3"),
    )

    assert results == [Effect.APPLIED, Effect.APPLIED, Effect.UNCHANGED]


async def test_members_may_come_after_their_group(store: StoreDriver) -> None:
    members = [{"value": ADA.id, "type": "User"}, {"value": "whoever"}]
    await store.applied(
        foreign(CREATE, TEAM, {"displayName": "Team", "members": members}, clock=EARLIER)
    )
    before = (await _team(store))["members"]

    body = {"userName": "ada", "displayName": "Ada"}
    await store.applied(foreign(CREATE, ADA, body, clock=EARLIER, txn="2"))

    ada = {"value": ADA.id, "$ref": f"Users/{ADA.id}", "type": "User"}
    assert before == [ada, {"value": "whoever"}]
    assert (await _team(store))["members"] == [{**ada, "display": "Ada"}, {"value": "whoever"}]
    assert [group["value"] for group in (await _ada(store))["groups"]] == [TEAM.id]


async def test_a_member_that_was_deleted_does_not_come_back(store: StoreDriver) -> None:
    add = patch_message({"op": "add", "path": "members", "value": [{"value": ADA.id}]})
    await store.applied(
        foreign(CREATE, TEAM, {"displayName": "Team"}, clock=EARLIER, txn="1"),
        foreign(DELETE, ADA, clock=EARLIER + 2, txn="3"),
        foreign(PATCH, TEAM, add, clock=EARLIER + 1, txn="2"),
    )

    assert "members" not in await _team(store)


async def test_deleting_who_never_came_ends_the_memberships(store: StoreDriver) -> None:
    body = {"displayName": "Team", "members": [{"value": ADA.id}]}
    await store.applied(foreign(CREATE, TEAM, body, clock=EARLIER, txn="1"))

    await store.applied(foreign(DELETE, ADA, clock=EARLIER + 1, txn="2"))

    assert "members" not in await _team(store)


async def test_a_conflict_with_a_user_name_here_is_a_failure(store: StoreDriver) -> None:
    await store.user("ada")

    results = await store.applied(foreign(CREATE, ADA, {"userName": "ADA"}, clock=EARLIER))

    assert [type(result) for result in results] == [UniquenessError]


async def test_a_failure_leaves_the_other_changes_of_a_batch(store: StoreDriver) -> None:
    results = await store.applied(
        foreign(CREATE, ADA, {"title": "no name"}, clock=EARLIER, txn="1"),
        foreign(CREATE, TEAM, {"displayName": "Team"}, clock=EARLIER, txn="2"),
    )

    assert isinstance(results[0], InvalidValueError)
    assert results[1] is Effect.APPLIED


async def test_an_id_of_another_type_is_a_conflict(store: StoreDriver) -> None:
    await store.applied(foreign(CREATE, ADA, {"userName": "ada"}, clock=EARLIER))

    results = await store.applied(
        foreign(CREATE, Ref("Group", ADA.id), {"displayName": "x"}, clock=EARLIER + 1, txn="2")
    )

    assert [type(result) for result in results] == [UniquenessError]


def _title(title: str) -> bytes:
    return patch_message({"op": "replace", "path": "title", "value": title})


async def _resource(store: StoreDriver) -> Resource:
    (found,) = (await store.search(f'id eq "{ADA.id}"', "User")).resources
    return found


async def _ada(store: StoreDriver) -> dict[str, Any]:
    return await store.read(await _resource(store))


async def _team(store: StoreDriver) -> dict[str, Any]:
    (found,) = (await store.search(None, "Group")).resources
    return await store.read(found)
