"""Resource types and attributes of the operator's own, as every storage keeps them."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import orjson
import pytest
from support.custom_schemas import (
    DEVICE_SCHEMA,
    DEVICES,
    attribute,
    device,
    registry_with,
    schema,
)
from support.store_driver import StoreDriver, creation, foreign, patching, shown
from support.stores import StorePlace, opened

from resource_store.domain.changes import ChangeKind
from resource_store.domain.decisions import Effect
from resource_store.domain.errors import UnknownResourceTypeError
from resource_store.domain.key_layouts import LayoutError
from resource_store.domain.resources import Ref, StoreIdentity
from scim.errors import UniquenessError
from scim.messages import USER_SCHEMA
from scim.registry import Registry

NOON = 1_800_000_000_000_000
IDS, TXNS = itertools.count(1), itertools.count(1)
IDENTITY = StoreIdentity(cluster="here2345", epoch="firstepoch")


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    return registry_with(tmp_path / "schemas", *DEVICES)


@asynccontextmanager
async def _opened(
    place: StorePlace, registry: Registry | None = None
) -> AsyncIterator[StoreDriver]:
    """Open a store, perhaps again: then neither ids nor txns are those of before."""
    ending = asyncio.Event()
    async with opened(place, IDENTITY, now=lambda: NOON, ending=ending, registry=registry) as store:
        store.ids, store.txns = IDS, TXNS
        yield store


def _creation(serial_number: str, **attributes: Any) -> Any:
    return creation("Device", device(serial_number, **attributes))


async def test_a_resource_of_a_new_type_is_kept_found_and_told_of(
    place: StorePlace, registry: Registry
) -> None:
    async with _opened(place, registry) as store:
        laptop = await store.done(_creation("a", weight=1.5, colors=["black"]))
        other = await store.done(_creation("b", weight=2))
        patch = patching(laptop.ref, {"op": "replace", "path": "weight", "value": 3})
        await store.done(patch)
        await store.delete(other)

        assert shown(laptop) | {"weight": 3} == await store.read(laptop)
        assert await store.found("weight gt 2", "Device") == [laptop.ref.id]
        assert await store.found('serialNumber eq "a"', "Device") == [laptop.ref.id]
        assert await store.found('serialNumber eq "a"') == [laptop.ref.id]
        told = [(change.ref.resource_type, change.kind) for change in await store.changes()]
        assert told == [
            ("Device", ChangeKind.CREATE),
            ("Device", ChangeKind.CREATE),
            ("Device", ChangeKind.PATCH),
            ("Device", ChangeKind.DELETE),
        ]


async def test_no_event_tells_what_is_write_only(place: StorePlace, registry: Registry) -> None:
    """Neither a change nor a snapshot does; and a replacement that omits it keeps it."""
    keys = [{"value": "00-01", "key": "0-0-7"}]
    async with _opened(place, registry) as store:
        laptop = await store.done(_creation("a", pin="0-0-7", addresses=keys))
        patch = [{"op": "replace", "path": "pin", "value": "0-0-8"}, {"op": "add", "path": "site"}]
        await store.done(patching(laptop.ref, {**patch[0]}, {**patch[1], "value": "Oslo"}))
        replaced = await store.replace(laptop, device("a", displayName="d"))

        changes = await store.changes()
        end = await store.end()
        snapshot = await store.read_snapshot("default", end, after_key="", limit=10)

        told = [*changes, *snapshot.entries]
        assert shown(replaced)["pin"] == "0-0-8"
        assert [change.kind for change in told][-1] is ChangeKind.CREATE
        assert len(told) == 4
        assert not any(b"0-0-" in change.data or b'"pin"' in change.data for change in told)
        assert orjson.loads(changes[0].data)["addresses"] == [{"value": "00-01"}]
        assert "pin" in changes[1].attributes


async def test_a_change_from_elsewhere_takes_effect_where_its_type_is_known(
    place: StorePlace, registry: Registry
) -> None:
    change = foreign(ChangeKind.CREATE, Ref("Device", "x"), device("a"), clock=NOON)

    async with _opened(place.named("unaware")) as unaware:
        (refused,) = await unaware.applied(change)
    async with _opened(place, registry) as store:
        (effect,) = await store.applied(change)

        assert isinstance(refused, UnknownResourceTypeError)
        assert str(refused) == "there is no resource type 'Device': use one of User, Group"
        assert effect is Effect.APPLIED
        assert await store.found('serialNumber eq "a"', "Device") == ["x"]


async def test_a_unique_value_is_one_resources_alone(place: StorePlace, registry: Registry) -> None:
    async with _opened(place, registry) as store:
        await store.done(_creation("a", assetTag="Tag", addresses=[{"value": "00-0A"}]))

        refused = await store.write_all(
            [
                _creation("a"),
                _creation("b", assetTag="tAG"),
                _creation("c", addresses=[{"value": "1"}, {"value": "00-0a"}]),
                _creation("A"),
            ]
        )

        errors = [each for each in refused if isinstance(each, UniquenessError)]
        assert [error.attribute_path for error in errors] == [
            "serialNumber",
            "assetTag",
            "addresses.value",
        ]
        assert not isinstance(refused[3], Exception)


def _with_unique_title(folder: Path) -> Registry:
    return registry_with(folder, schema(USER_SCHEMA, {"name": "title", "uniqueness": "server"}))


async def test_what_becomes_unique_is_so_among_what_there_was_before(
    place: StorePlace, tmp_path: Path
) -> None:
    async with _opened(place) as store:
        ann = await store.user("ann", title="Chief", nickName="Annie")

    async with _opened(place, _with_unique_title(tmp_path / "unique")) as store:
        refused = await store.written(creation("User", {"userName": "bob", "title": "CHIEF"}))
        assert isinstance(refused, UniquenessError)
        assert await store.found('title eq "chief"', "User") == [ann.ref.id]
        await store.delete(ann)
        await store.user("bob", title="Chief")

    async with _opened(place) as store:
        await store.user("cid", title="Chief")
        assert len(await store.found('title eq "chief"', "User")) == 2


async def test_what_two_have_cannot_become_unique(place: StorePlace, tmp_path: Path) -> None:
    async with _opened(place) as store:
        await store.user("ann", title="Chief")
        await store.user("bob", title="chief")

    with pytest.raises(LayoutError, match=r"title of a User is to be unique, and .* have the same"):
        async with _opened(place, _with_unique_title(tmp_path / "unique")):
            pass

    async with _opened(place) as store:
        assert len(await store.found('title eq "chief"', "User")) == 2


async def test_a_value_that_becomes_case_exact_is_found_as_it_is_written(
    place: StorePlace, tmp_path: Path
) -> None:
    exact = schema(USER_SCHEMA, {"name": "userName", "caseExact": True})
    async with _opened(place) as store:
        ann = await store.user("Ann")

    async with _opened(place, registry_with(tmp_path / "exact", exact)) as store:
        assert await store.found('userName eq "ann"', "User") == []
        assert await store.found('userName eq "Ann"', "User") == [ann.ref.id]
        await store.user("ann")


async def test_a_type_stays_defined_while_there_is_a_resource_of_it(
    place: StorePlace, registry: Registry
) -> None:
    async with _opened(place, registry) as store:
        laptop = await store.done(_creation("a"))

    with pytest.raises(LayoutError, match="HELIOGRAPH_SCHEMAS does not define: Device"):
        async with _opened(place):
            pass

    async with _opened(place, registry) as store:
        await store.delete(laptop)
    async with _opened(place) as store:
        ann = await store.user("ann")
        snapshot = await store.read_snapshot("default", await store.end(), after_key="", limit=10)
        rest = await store.read_snapshot(
            "default", snapshot.next_cursor, after_key=snapshot.next_key, limit=10
        )
        assert [each.ref for each in (*snapshot.entries, *rest.entries)] == [ann.ref]


async def test_devices_are_in_groups_where_the_schema_says_so(
    place: StorePlace, tmp_path: Path
) -> None:
    own = schema(
        DEVICE_SCHEMA,
        attribute("serialNumber"),
        attribute("groups", "complex", multiValued=True, mutability="readOnly"),
    )
    reference = {"name": "$ref", "referenceTypes": ["User", "Group", "Device"]}
    group = {
        "id": "urn:ietf:params:scim:schemas:core:2.0:Group",
        "attributes": [{"name": "members", "subAttributes": [reference]}],
    }
    async with _opened(
        place, registry_with(tmp_path / "s", own, group, DEVICES[2], DEVICES[1])
    ) as store:
        laptop = await store.done(_creation("a"))
        carried = await store.group("Carried", laptop)

        element = {"value": laptop.ref.id, "$ref": f"Devices/{laptop.ref.id}", "type": "Device"}
        assert (await store.read(carried))["members"] == [element]
        assert (await store.read(laptop))["groups"][0]["value"] == carried.ref.id
        assert await store.found(f'groups.value eq "{carried.ref.id}"', "Device") == [laptop.ref.id]


async def test_what_is_told_to_nobody_stays_defined(
    place: StorePlace, registry: Registry, tmp_path: Path
) -> None:
    """Otherwise nothing would say any more that it is a secret."""
    bare = schema(DEVICE_SCHEMA, attribute("serialNumber"))
    async with _opened(place, registry) as store:
        await store.done(_creation("a", pin="0-0-7"))

    with pytest.raises(LayoutError, match="of a Device was never to be returned, and is not def"):
        async with _opened(place, registry_with(tmp_path / "bare", bare, *DEVICES[1:])):
            pass
