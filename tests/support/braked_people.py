"""People under a brake, and clients that delete or deactivate them."""

from collections.abc import Sequence

from support.store_driver import StoreDriver, creation, patching

from resource_store.commands.write_resources import Delete, Modify
from resource_store.domain.brakes import Brake
from resource_store.domain.errors import BrakeOnError
from resource_store.domain.resources import Resource

MINUTE = 60_000_000
BRAKE = Brake(changes=3, within=10 * MINUTE, asked_by="okta")


async def people(store: StoreDriver, count: int) -> list[Resource]:
    """Create so many people."""
    names = [f"user-{n}" for n in range(count)]
    return await store.write_all([creation("User", {"userName": name}) for name in names])


def deletion(person: Resource) -> Delete:
    return Delete(person.ref, None)


def deactivation(person: Resource) -> Modify:
    return patching(person.ref, {"op": "replace", "path": "active", "value": False})


def activation(person: Resource) -> Modify:
    return patching(person.ref, {"op": "replace", "path": "active", "value": True})


def through(results: Sequence[object]) -> list[bool]:
    """Return which writes went through; the others must have been held."""
    failed = [each for each in results if isinstance(each, Exception)]
    assert {type(each) for each in failed} <= {BrakeOnError}, failed
    return [not isinstance(each, Exception) for each in results]


async def held_ids(store: StoreDriver) -> list[str]:
    found = await store.storage.brakes.held("default", "", limit=1000)
    return [each.ref.id for each in found]


async def braked(store: StoreDriver, *operations: object) -> list[bool]:
    return through(await store.write_all(operations, brake=BRAKE))  # type: ignore[arg-type]


async def active(store: StoreDriver, *persons: Resource) -> list[bool]:
    return [(await store.read(each)).get("active", True) for each in persons]
