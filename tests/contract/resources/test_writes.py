"""What a storage makes of writes of clients."""

import json

import pytest
from support.store_driver import StoreDriver, creation, patching, replacement, shown

from resource_store.commands.write_resources import Create, Delete, Deleted
from resource_store.domain.errors import (
    ResourceNotFoundError,
    UnknownResourceTypeError,
    VersionMismatchError,
)
from resource_store.domain.resources import Ref, Resource, Stamp
from scim.errors import InvalidSyntaxError, InvalidValueError, UniquenessError
from scim.messages import ENTERPRISE_USER_SCHEMA, USER_SCHEMA

NOON = 1_800_000_000_000_000


async def test_a_created_resource_is_read_as_it_was_given(store: StoreDriver) -> None:
    made = await store.user("ada", name={"familyName": "Lovelace"})

    assert await store.read(made) == {
        "schemas": [USER_SCHEMA],
        "id": made.ref.id,
        "userName": "ada",
        "name": {"familyName": "Lovelace"},
    }


async def test_a_created_resource_has_the_commits_stamp_and_version(store: StoreDriver) -> None:
    made = await store.user("ada")

    assert made == Resource(
        ref=Ref("User", "id-0001"),
        attributes=made.attributes,
        version='W/"hq1ol1dkw1-here2345"',
        created=NOON + 1,
        last_modified=NOON + 1,
        origin=Stamp(NOON + 1, "here2345"),
    )


async def test_versions_follow_each_other_while_the_time_stands_still(store: StoreDriver) -> None:
    made = await store.user("ada")

    patched = await store.patch(made, {"op": "add", "path": "title", "value": "Countess"})

    assert (patched.created, patched.last_modified) == (made.created, made.created + 1)


async def test_what_is_not_there_is_not_found(store: StoreDriver) -> None:
    missing = Ref("User", "nobody")

    results = await store.write_all(
        [replacement(missing, {"userName": "x"}), patching(missing, _title()), _delete(missing)]
    )

    assert [type(result) for result in results] == [ResourceNotFoundError] * 3


async def test_a_resource_is_not_found_as_one_of_another_type(store: StoreDriver) -> None:
    made = await store.user("ada")

    result = await store.written(_delete(Ref("Group", made.ref.id)))

    assert isinstance(result, ResourceNotFoundError)


async def test_an_unknown_resource_type_is_named(store: StoreDriver) -> None:
    result = await store.written(Create("Device", b"{}"))

    assert isinstance(result, UnknownResourceTypeError)


async def test_a_refused_write_leaves_the_others_of_its_batch(store: StoreDriver) -> None:
    results = await store.write_all(
        [
            creation("User", {"userName": "ada"}),
            Create("User", b'{"userName": '),
            creation("User", {"displayName": "no name"}),
            creation("User", {"userName": "grace"}),
        ]
    )

    kinds = [type(result) for result in results]
    assert kinds == [Resource, InvalidSyntaxError, InvalidValueError, Resource]
    assert (await store.search(None, "User")).total == 2


@pytest.mark.parametrize("name", ["ada", "ADA", "Ada"])
async def test_a_user_name_is_taken_in_any_case(store: StoreDriver, name: str) -> None:
    await store.user("ada")

    result = await store.written(creation("User", {"userName": name}))

    assert isinstance(result, UniquenessError)
    assert result.attribute_path == "userName"


async def test_a_user_name_is_free_again_once_its_holder_is_renamed_or_deleted(
    store: StoreDriver,
) -> None:
    renamed, deleted = await store.user("ada"), await store.user("grace")
    await store.patch(renamed, {"op": "replace", "path": "userName", "value": "augusta"})
    await store.delete(deleted)

    results = await store.write_all(
        [creation("User", {"userName": "ada"}), creation("User", {"userName": "grace"})]
    )

    assert [type(result) for result in results] == [Resource, Resource]


async def test_changing_the_case_of_ones_own_user_name_is_no_conflict(store: StoreDriver) -> None:
    made = await store.user("ada")

    renamed = await store.replace(made, {"userName": "Ada"})

    assert shown(renamed)["userName"] == "Ada"


async def test_a_write_with_the_current_version_is_carried_out(store: StoreDriver) -> None:
    made = await store.user("ada")

    result = await store.written(patching(made.ref, _title(), if_match=made.version))

    assert isinstance(result, Resource)


async def test_a_write_with_an_old_version_changes_nothing(store: StoreDriver) -> None:
    made = await store.user("ada")
    current = await store.patch(made, _title())

    results = await store.write_all(
        [
            patching(made.ref, {"op": "remove", "path": "title"}, if_match=made.version),
            replacement(made.ref, {"userName": "x"}, if_match=made.version),
            Delete(made.ref, made.version),
        ]
    )

    assert [type(result) for result in results] == [VersionMismatchError] * 3
    assert await store.read(made) == shown(current)


async def test_of_two_writes_in_one_batch_the_second_meets_what_the_first_made(
    store: StoreDriver,
) -> None:
    made = await store.user("ada")

    first, second = await store.write_all(
        [
            patching(made.ref, _title(), if_match=made.version),
            patching(made.ref, _title("Lady"), if_match=made.version),
        ]
    )

    assert isinstance(first, Resource)
    assert isinstance(second, VersionMismatchError)


async def test_a_write_without_effect_makes_no_version_and_no_change(store: StoreDriver) -> None:
    made = await store.user("ada", title="Countess")
    end = await store.end()

    patched = await store.patch(made, _title())
    replaced = await store.replace(made, {"title": "Countess", "userName": "ada"})

    assert [patched, replaced] == [made, made]
    assert await store.changes(end) == []


async def test_a_deleted_resource_is_gone(store: StoreDriver) -> None:
    made = await store.user("ada")

    result = await store.delete(made)

    assert result == Deleted()
    with pytest.raises(ResourceNotFoundError):
        await store.read(made)


async def test_a_repeated_transaction_has_the_first_outcome_and_one_effect(
    store: StoreDriver,
) -> None:
    create = creation("User", {"userName": "ada"})

    results = [await store.written(create, txn="one") for _ in range(3)]

    assert results == [results[0]] * 3
    assert len(await store.changes()) == 1


async def test_a_transaction_repeated_within_one_batch_has_one_effect(store: StoreDriver) -> None:
    create = creation("User", {"userName": "ada"})

    first, second = await store.write_all([create, create], txn="one")

    assert first == second


async def test_a_repeated_delete_is_deleted_again(store: StoreDriver) -> None:
    made = await store.user("ada")

    results = [await store.written(Delete(made.ref, None), txn="bye") for _ in range(2)]

    assert results == [Deleted(), Deleted()]


async def test_a_refused_transaction_may_be_tried_again(store: StoreDriver) -> None:
    made = await store.user("ada")
    create = creation("User", {"userName": "ada"})
    refused = await store.written(create, txn="again")
    await store.delete(made)

    result = await store.written(create, txn="again")

    assert isinstance(refused, UniquenessError)
    assert isinstance(result, Resource)


async def test_a_password_is_shown_to_nobody(store: StoreDriver) -> None:
    made = await store.user("ada", password="s3cret-s3cret")

    (change,) = await store.changes()

    assert b"s3cret" not in made.attributes + change.data
    assert b"hash" not in made.attributes + change.data
    assert "password" in change.attributes


async def test_a_new_password_alone_is_a_change_that_names_it(store: StoreDriver) -> None:
    made = await store.user("ada", password="one")
    end = await store.end()

    patched = await store.patch(made, {"op": "replace", "path": "password", "value": "two"})

    (change,) = await store.changes(end)
    assert patched.version != made.version
    assert change.attributes == ("password",)
    assert json.loads(change.data)["Operations"] == []


async def test_the_same_password_again_is_no_change(store: StoreDriver) -> None:
    made = await store.user("ada", password="one")

    replaced = await store.replace(made, {"userName": "ada", "password": "one"})

    assert replaced == made


async def test_a_put_without_a_password_keeps_it(store: StoreDriver) -> None:
    made = await store.user("ada", password="one")

    await store.replace(made, {"userName": "ada", "title": "Countess"})

    stored = await store.storage.read_stored("default", made.ref)
    assert stored is not None
    assert stored.password_hash is not None


async def test_a_removed_password_is_gone(store: StoreDriver) -> None:
    made = await store.user("ada", password="one")

    await store.patch(made, {"op": "remove", "path": "password"})

    stored = await store.storage.read_stored("default", made.ref)
    assert stored is not None
    assert stored.password_hash is None


async def test_a_manager_is_referred_to_relatively(store: StoreDriver) -> None:
    boss = await store.user("grace")

    manager = {"value": boss.ref.id, "$ref": "https://example.com/Users/wrong"}
    made = await store.user("ada", **{ENTERPRISE_USER_SCHEMA: {"manager": manager}})

    assert shown(made)[ENTERPRISE_USER_SCHEMA]["manager"] == {
        "value": boss.ref.id,
        "$ref": f"Users/{boss.ref.id}",
    }


def _title(title: str = "Countess") -> dict[str, str]:
    return {"op": "replace", "path": "title", "value": title}


def _delete(ref: Ref) -> Delete:
    return Delete(ref, None)
