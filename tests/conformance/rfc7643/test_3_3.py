"""Schema extensions: required or not, under the member that their URN names."""

from typing import Any

import pytest
from support.custom_schemas import BADGE_SCHEMA, WARRANTY_SCHEMA, device
from support.scim_client import Client

from scim.messages import PATCH_OP, USER_SCHEMA

pytestmark = pytest.mark.asyncio(loop_scope="module")

_USER = {"schemas": [USER_SCHEMA], "userName": "ann"}


def _patch(*operations: dict[str, Any]) -> dict[str, Any]:
    return {"schemas": [PATCH_OP], "Operations": list(operations)}


async def test_a_required_extension_must_be_there(badges: Client) -> None:
    status, error = await badges.ask("POST", "/Users", _USER)

    assert (status, error["scimType"]) == (400, "invalidValue")
    assert BADGE_SCHEMA in error["detail"]


async def test_a_required_extension_stays(badges: Client) -> None:
    created = await badges.create("/Users", **_USER, **{BADGE_SCHEMA: {"number": "7"}})
    path = f"/Users/{created['id']}"

    removed, error = await badges.ask("PATCH", path, _patch({"op": "remove", "path": BADGE_SCHEMA}))
    replaced, _ = await badges.ask("PUT", path, _USER)
    _, read = await badges.ask("GET", path)

    assert (removed, error["scimType"]) == (400, "mutability")
    assert replaced == 400
    assert read == created
    assert read["schemas"] == [USER_SCHEMA, BADGE_SCHEMA]


async def test_an_extensions_value_is_unique_among_all_resources_of_the_type(
    badges: Client,
) -> None:
    await badges.create("/Users", userName="ann", **{BADGE_SCHEMA: {"number": "7a"}})
    bob = await badges.create("/Users", userName="bob", **{BADGE_SCHEMA: {"number": "8"}})
    patch = _patch({"op": "replace", "path": f"{BADGE_SCHEMA}:number", "value": "7A"})

    status, error = await badges.ask("PATCH", f"/Users/{bob['id']}", patch)

    assert (status, error["scimType"]) == (409, "uniqueness")
    assert f"{BADGE_SCHEMA}:number" in error["detail"]


async def test_what_an_extension_requires_is_required_where_there_is_the_extension(
    devices: Client,
) -> None:
    created = await devices.create("/Devices", **device())
    path = f"/Devices/{created['id']}"
    ends = {"op": "add", "path": f"{WARRANTY_SCHEMA}:ends", "value": "2030-01-01T00:00:00Z"}
    contract = {"op": "add", "path": f"{WARRANTY_SCHEMA}:contract", "value": "c-1"}

    without, error = await devices.ask("PATCH", path, _patch(ends))
    both, patched = await devices.ask("PATCH", path, _patch(ends, contract))
    away, emptied = await devices.ask(
        "PATCH", path, _patch({"op": "remove", "path": WARRANTY_SCHEMA})
    )

    assert (without, error["scimType"]) == (400, "invalidValue")
    assert (both, patched["schemas"]) == (200, [*created["schemas"], WARRANTY_SCHEMA])
    assert (away, emptied["schemas"]) == (200, created["schemas"])
