"""How a storage carries out many transitions: turns of tenants, order, faults alone."""

import asyncio

from support.scim_resources import USER
from support.store_driver import StoreDriver, creation, patching

from resource_store.domain.decisions import Decision, Effect, State, Transition, Unchanged
from resource_store.domain.resources import Ref, Resource
from scim.errors import UniquenessError

FLOOD = 800
BATCH = 64


async def test_a_flood_of_one_tenant_keeps_another_waiting_for_few_batches(
    store: StoreDriver,
) -> None:
    decided: list[str] = []
    flood = [_told(decided, "busy", str(number)) for number in range(FLOOD)]
    flooding = asyncio.create_task(store.storage.write(flood))
    await asyncio.sleep(0)

    await store.storage.write([_told(decided, "calm", "x")])
    await flooding

    # Those that are under way are not held up for it; it is in the very next.
    assert decided.index("calm-x") < 6 * BATCH < FLOOD


async def test_transitions_of_one_resource_are_decided_in_the_order_they_came(
    store: StoreDriver,
) -> None:
    ada = await store.user("ada")
    titles = [f"Title {number}" for number in range(100)]

    results = await store.write_all(
        [patching(ada.ref, {"op": "replace", "path": "title", "value": t}) for t in titles]
    )

    assert {type(result) for result in results} == {Resource}
    changes = await store.changes()
    versions = [ada.version, *(result.version for result in results)]
    assert [change.version_after for change in changes] == versions
    assert [change.version_before for change in changes] == ["", *versions[:-1]]


async def test_a_unique_key_passes_from_one_to_another_within_a_batch(store: StoreDriver) -> None:
    ada = await store.user("ada")
    rename = {"op": "replace", "path": "userName", "value": "augusta"}

    results = await store.write_all(
        [
            patching(ada.ref, rename),
            creation("User", {"userName": "ada"}),
            creation("User", {"userName": "Ada"}),
        ]
    )

    assert [type(result) for result in results] == [Resource, Resource, UniquenessError]
    assert await store.found('userName eq "ada"', "User") == [results[1].ref.id]


async def test_members_may_be_made_and_added_and_removed_within_a_batch(
    store: StoreDriver,
) -> None:
    ada, grace = await store.user("ada"), await store.user("grace")
    team = await store.group("Team", grace)
    add = {"op": "add", "path": "members", "value": [{"value": ada.ref.id}]}
    remove = {"op": "remove", "path": f'members[value eq "{grace.ref.id}"]'}
    rename = {"op": "replace", "path": "displayName", "value": "Ada L."}

    results = await store.write_all(
        [patching(team.ref, add), patching(ada.ref, rename), patching(team.ref, remove)]
    )

    assert {type(result) for result in results} == {Resource}
    members = (await store.read(team))["members"]
    assert [(each["value"], each["display"]) for each in members] == [(ada.ref.id, "Ada L.")]


def _told(decided: list[str], tenant: str, key: str) -> Transition:
    """Return a transition that changes nothing, and notes when it was decided."""

    def decide(_state: State) -> Decision:
        decided.append(f"{tenant}-{key}")
        return Unchanged(Effect.UNCHANGED)

    return Transition(
        tenant=tenant,
        ref=Ref("User", key),
        resource_type=USER,
        identity=None,
        named_members=frozenset(),
        needs_every_member=False,
        shown=None,
        decide=decide,
    )
