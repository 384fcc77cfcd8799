"""The characteristics of attributes, each as a schema of the operator's own gives it."""

from typing import Any

import pytest
from support.custom_schemas import device
from support.scim_client import Client

from scim.messages import PATCH_OP

pytestmark = pytest.mark.asyncio(loop_scope="module")


def _patch(*operations: dict[str, Any]) -> dict[str, Any]:
    return {"schemas": [PATCH_OP], "Operations": list(operations)}


def _replacing(path: str, value: object) -> dict[str, Any]:
    return _patch({"op": "replace", "path": path, "value": value})


async def _made(client: Client, serial_number: str = "s-1", **attributes: Any) -> str:
    created = await client.create("/Devices", **device(serial_number, **attributes))
    return f"/Devices/{created['id']}"


async def test_a_read_only_value_is_ignored_in_a_body_and_refused_in_a_path(
    devices: Client,
) -> None:
    path = await _made(devices, firmware="mine")

    _, put = await devices.ask("PUT", path, device(firmware="mine"))
    status, error = await devices.ask("PATCH", path, _replacing("firmware", "mine"))

    assert "firmware" not in put
    assert (status, error["scimType"]) == (400, "mutability")


async def test_an_immutable_value_is_set_once(devices: Client) -> None:
    path = await _made(devices)

    later, set_once = await devices.ask("PATCH", path, _replacing("model", "X1"))
    same, _ = await devices.ask("PUT", path, device(model="x1"))
    omitted, kept = await devices.ask("PUT", path, device())
    changed, error = await devices.ask("PUT", path, device(model="X2"))
    removed, _ = await devices.ask("PATCH", path, _patch({"op": "remove", "path": "model"}))

    assert (later, set_once["model"]) == (200, "X1")
    assert (same, omitted, kept["model"]) == (200, 200, "X1")
    assert (changed, error["scimType"], removed) == (400, "mutability", 400)


@pytest.mark.parametrize("name", ["pin", "unlockCode"])
async def test_a_write_only_value_is_set_and_never_shown(devices: Client, name: str) -> None:
    secret, address = "0-0-7", {"value": "00-01", "key": "0-0-7"}
    created = await devices.create("/Devices", **device(addresses=[address], **{name: secret}))
    path = f"/Devices/{created['id']}"

    _, put = await devices.ask("PUT", path, device(**{name: secret}))
    _, patched = await devices.ask("PATCH", path, _replacing(name, "0-0-8"))
    _, asked_for = await devices.ask("GET", f"{path}?attributes={name},addresses.key")
    _, listed = await devices.ask("GET", f"/Devices?attributes={name}")
    filtered, error = await devices.ask("GET", f'/Devices?filter={name}%20eq%20"0-0-8"')
    known, _ = await devices.ask("GET", f'/Devices?filter=addresses[key%20eq%20"{secret}"]')

    assert created["addresses"] == [{"value": "00-01"}]
    shown = str([created, put, patched, asked_for, listed])
    assert "0-0-" not in shown
    assert put["meta"]["version"] != patched["meta"]["version"]
    assert (filtered, error["scimType"], known) == (403, "sensitive", 403)


async def test_what_is_returned_on_request_is_shown_to_who_asks_for_it_or_sets_it(
    devices: Client,
) -> None:
    created = await devices.create("/Devices", **device(notes="n"))
    path = f"/Devices/{created['id']}"

    _, read = await devices.ask("GET", path)
    _, listed = await devices.ask("GET", "/Devices")
    _, asked_for = await devices.ask("GET", f"{path}?attributes=notes")
    _, excluding = await devices.ask("GET", f"{path}?excludedAttributes=displayName")
    _, set_it = await devices.ask("PATCH", path, _replacing("notes", "m"))
    _, set_without_path = await devices.ask(
        "PATCH", path, _patch({"op": "add", "value": {"notes": "o"}})
    )
    _, set_another = await devices.ask("PATCH", path, _replacing("displayName", "d"))

    answers = [created, read, listed["Resources"][0], asked_for, excluding]
    answers += [set_it, set_without_path, set_another]
    assert [each.get("notes") for each in answers] == ["n", None, None, "n", None, "m", "o", None]


async def test_what_is_always_returned_cannot_be_left_out(devices: Client) -> None:
    path = await _made(devices, site="Oslo")

    _, asked_for_other = await devices.ask("GET", f"{path}?attributes=serialNumber")
    _, excluded = await devices.ask("GET", f"{path}?excludedAttributes=site,serialNumber")

    assert (asked_for_other["site"], excluded["site"]) == ("Oslo", "Oslo")
    assert "serialNumber" not in excluded


@pytest.mark.parametrize(
    ("first", "second", "status"),
    [
        pytest.param({}, {"serial_number": "S-1"}, 201, id="caseExact: another value"),
        pytest.param({"assetTag": "tag"}, {"assetTag": "TAG"}, 409, id="not caseExact: the same"),
        pytest.param(
            {"addresses": [{"value": "00-0A"}]},
            {"addresses": [{"value": "00-01"}, {"value": "00-0a"}]},
            409,
            id="of several values one",
        ),
    ],
)
async def test_a_unique_value_is_refused_to_another_resource(
    devices: Client, first: dict[str, Any], second: dict[str, Any], status: int
) -> None:
    await _made(devices, **first)
    body = device(**{"serial_number": "s-2", **second})

    answered, error = await devices.ask("POST", "/Devices", body)

    assert answered == status
    if status == 409:
        assert error["scimType"] == "uniqueness"


async def test_a_unique_value_is_free_again_when_its_resource_is_gone(devices: Client) -> None:
    path = await _made(devices)
    await devices.ask("DELETE", path)

    assert await _made(devices) != path


@pytest.mark.parametrize(
    "body",
    [
        {"schemas": device()["schemas"]},
        device(""),
        device(owner={"$ref": "Users/x"}),
    ],
    ids=["missing", "empty", "of a complex value"],
)
async def test_a_required_value_must_be_there(devices: Client, body: dict[str, Any]) -> None:
    status, error = await devices.ask("POST", "/Devices", body)

    assert (status, error["scimType"]) == (400, "invalidValue")


async def test_a_required_value_stays(devices: Client) -> None:
    path = await _made(devices, owner={"value": "ann"})

    removed, error = await devices.ask(
        "PATCH", path, _patch({"op": "remove", "path": "owner.value"})
    )
    emptied, other = await devices.ask("PATCH", path, _replacing("serialNumber", None))

    assert (removed, error["scimType"]) == (400, "mutability")
    assert (emptied, other["scimType"]) == (400, "invalidValue")


async def test_canonical_values_are_suggestions(devices: Client) -> None:
    """Section 2.2: a service provider MAY restrict values to them; ours takes others, too."""
    created = await devices.create(
        "/Devices", **device(colors=["beige"], addresses=[{"value": "1", "type": "Wired"}])
    )

    assert created["colors"] == ["beige"]
    assert created["addresses"] == [{"value": "1", "type": "Wired"}]
