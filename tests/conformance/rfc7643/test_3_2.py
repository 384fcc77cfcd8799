"""New resource types: everything that Users and Groups can do, at an endpoint of their own."""

from typing import Any
from urllib.parse import quote

import pytest
from support.custom_schemas import DEVICE_SCHEMA, WARRANTY_SCHEMA, device
from support.scim_client import Client

from scim.messages import PATCH_OP, SEARCH_REQUEST, USER_SCHEMA

pytestmark = pytest.mark.asyncio(loop_scope="module")


def _patch(*operations: dict[str, Any]) -> dict[str, Any]:
    return {"schemas": [PATCH_OP], "Operations": list(operations)}


async def _found(client: Client, path: str, condition: str) -> list[str]:
    status, page = await client.ask("GET", f"{path}?filter={quote(condition)}")
    assert status == 200, page
    return [each["id"] for each in page["Resources"]]


async def test_a_resource_of_a_new_type_is_created_read_changed_and_deleted(
    devices: Client,
) -> None:
    created = await devices.create("/Devices", **device(weight=1.5, colors=["black"]))
    path = f"/Devices/{created['id']}"

    _, replaced = await devices.ask("PUT", path, device(displayName="Laptop"))
    patch = _patch({"op": "add", "path": "colors", "value": ["white"]})
    _, patched = await devices.ask("PATCH", path, patch)
    _, read = await devices.ask("GET", path)
    deleted, _ = await devices.ask("DELETE", path)
    gone, _ = await devices.ask("GET", path)

    assert created["meta"]["resourceType"] == "Device"
    assert created["meta"]["location"] == devices.base_uri + path
    assert "weight" not in replaced
    assert read == patched
    assert (read["displayName"], read["colors"]) == ("Laptop", ["white"])
    assert (deleted, gone) == (204, 404)


async def test_a_new_type_is_found_by_its_own_attributes(devices: Client) -> None:
    heavy = await devices.create("/Devices", **device("a", weight=3.5, ports=2, active=True))
    light = await devices.create("/Devices", **device("B", weight=1, bought="2026-01-01T00:00:00Z"))

    found = {
        condition: await _found(devices, "/Devices", condition)
        for condition in (
            'serialNumber eq "a"',
            'serialNumber eq "b"',
            "weight gt 3",
            "weight eq 1.0",
            "ports eq 2",
            "active eq true",
            'bought lt "2026-01-01T01:00:00+00:30"',
            f'{DEVICE_SCHEMA}:serialNumber sw "B"',
        )
    }

    assert found == {
        'serialNumber eq "a"': [heavy["id"]],
        'serialNumber eq "b"': [],
        "weight gt 3": [heavy["id"]],
        "weight eq 1.0": [light["id"]],
        "ports eq 2": [heavy["id"]],
        "active eq true": [heavy["id"]],
        'bought lt "2026-01-01T01:00:00+00:30"': [light["id"]],
        f'{DEVICE_SCHEMA}:serialNumber sw "B"': [light["id"]],
    }


async def test_discovery_shows_the_type_and_its_schemas(devices: Client) -> None:
    _, types = await devices.ask("GET", "/ResourceTypes")
    _, schemas = await devices.ask("GET", "/Schemas")
    _, shown = await devices.ask("GET", "/ResourceTypes/Device")
    _, schema = await devices.ask("GET", f"/Schemas/{DEVICE_SCHEMA}")

    assert [each["name"] for each in types["Resources"]] == ["User", "Group", "Device"]
    assert {DEVICE_SCHEMA, WARRANTY_SCHEMA} <= {each["id"] for each in schemas["Resources"]}
    assert shown["endpoint"] == "/Devices"
    assert shown["schemaExtensions"] == [{"schema": WARRANTY_SCHEMA, "required": False}]
    assert schema["meta"]["location"] == f"{devices.base_uri}/Schemas/{DEVICE_SCHEMA}"
    assert schema["attributes"][0]["uniqueness"] == "server"


async def test_queries_across_types_reach_the_new_one(devices: Client) -> None:
    laptop = await devices.create("/Devices", **device("a", displayName="Ann's"))
    ann = await devices.create("/Users", userName="ann", displayName="Ann's")
    request = {"schemas": [SEARCH_REQUEST], "filter": 'serialNumber eq "a"', "attributes": ["id"]}

    everything = await _found(devices, "/", 'displayName eq "Ann\'s"')
    one_type = await _found(devices, "", 'meta.resourceType eq "Device"')
    _, searched = await devices.ask("POST", "/.search", request)
    _, of_type = await devices.ask("POST", "/Devices/.search", request)

    assert sorted(everything) == sorted([laptop["id"], ann["id"]])
    assert one_type == [laptop["id"]]
    assert searched == of_type
    assert searched["Resources"] == [{"schemas": [DEVICE_SCHEMA], "id": laptop["id"]}]


async def test_a_new_type_takes_part_in_bulk_requests(devices: Client) -> None:
    """A bulkId is understood in a reference of its own, and its location is at its endpoint."""
    owner = {"value": "bulkId:ann"}
    results = await devices.bulk(
        {
            "method": "POST",
            "path": "/Devices",
            "bulkId": "d",
            "data": device("a", owner=owner),
        },
        {
            "method": "POST",
            "path": "/Users",
            "bulkId": "ann",
            "data": {"schemas": [USER_SCHEMA], "userName": "ann"},
        },
        {"method": "POST", "path": "/Devices", "bulkId": "e", "data": device("a")},
    )

    path = results[0]["location"].removeprefix(devices.base_uri)
    _, read = await devices.ask("GET", path)

    assert [each["status"] for each in results] == ["201", "201", "409"]
    assert path.startswith("/Devices/")
    ann = results[1]["location"]
    assert read["owner"] == {"value": ann.rpartition("/")[2], "$ref": ann}


async def test_the_order_of_a_bulk_request_decides_who_gets_a_unique_value(devices: Client) -> None:
    """Also where the value is a sub-attribute's, or an extension's."""
    first = device("a", addresses=[{"value": "00-01"}], **{WARRANTY_SCHEMA: {"contract": "c"}})
    created = await devices.create("/Devices", **first)
    path = f"/Devices/{created['id']}"

    results = await devices.bulk(
        {"method": "DELETE", "path": path},
        {"method": "POST", "path": "/Devices", "bulkId": "n", "data": first},
        {"method": "POST", "path": "/Devices", "bulkId": "o", "data": {**first, "assetTag": "2"}},
    )

    assert [each["status"] for each in results] == ["204", "201", "409"]


async def test_a_device_is_no_member_of_a_group_unless_the_schema_says_so(devices: Client) -> None:
    laptop = await devices.create("/Devices", **device())
    body = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "g"}

    status, error = await devices.ask(
        "POST", "/Groups", {**body, "members": [{"value": laptop["id"]}]}
    )

    assert (status, error["scimType"]) == (400, "invalidValue")
    assert "User or Group" in error["detail"]
