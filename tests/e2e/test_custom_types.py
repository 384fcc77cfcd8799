"""Resource types of one's own at a cluster, and at one that follows it."""

from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
from support.cluster import running_cluster
from support.custom_schemas import DEVICES, WARRANTY_SCHEMA, device, written
from support.eventually import eventually
from support.people import api_of

from helio.api import Api, ApiError
from heliograph_demo.following import follow
from scim.messages import PATCH_OP

_SECONDS = 60
_OWN_PIN = "0451"


async def ask(api: Api, method: str, path: str, body: object = None) -> dict[str, Any]:
    url = api.url("scim-gateway", f"/scim/v2/Devices{path}")
    answer: dict[str, Any] = await api.call(method, url, body, media_type="application/scim+json")
    return answer


async def delete(api: Api, path: str) -> None:
    await api.call("DELETE", api.url("scim-gateway", f"/scim/v2/Devices{path}"))


async def held(api: Api, path: str) -> dict[str, Any] | None:
    """Return a device without its meta; None where there is none."""
    try:
        found = await ask(api, "GET", path)
    except ApiError as error:
        if error.status != 404:
            raise
        return None
    return {name: value for name, value in found.items() if name != "meta"}


async def hold_the_same(one: Api, other: Api, path: str) -> bool:
    return await held(one, path) == await held(other, path)


async def is_gone(api: Api, path: str) -> bool:
    return await held(api, path) is None


async def test_resources_of_an_own_type_follow_as_people_do(tmp_path: Path) -> None:
    schemas = {"HELIOGRAPH_SCHEMAS": str(written(tmp_path / "schemas", *DEVICES))}
    with (
        running_cluster(tmp_path / "a", schemas) as a,
        running_cluster(tmp_path / "b", schemas) as b,
    ):
        async with aiohttp.ClientSession() as session:
            leader, follower = api_of(a, session), api_of(b, session)
            await follow(leader, follower, "push")
            given = device("s-1", displayName="Desk phone", ports=2, pin=_OWN_PIN)
            warranty = {WARRANTY_SCHEMA: {"contract": "c-7"}}
            created = await ask(leader, "POST", "", {**given, **warranty})
            path = f"/{created['id']}"
            await eventually(partial(hold_the_same, leader, follower, path), seconds=_SECONDS)
            first = await held(follower, path)
            change = {"op": "replace", "path": f"{WARRANTY_SCHEMA}:contract", "value": "c-8"}
            await ask(leader, "PATCH", path, {"schemas": [PATCH_OP], "Operations": [change]})
            await eventually(partial(hold_the_same, leader, follower, path), seconds=_SECONDS)
            second = await held(follower, path)
            listed = await ask(follower, "GET", '?filter=serialNumber eq "s-1"')
            keepers = [name for name in ("a", "b") if _names_the_pin(tmp_path / name)]
            await delete(leader, path)
            await eventually(partial(is_gone, follower, path), seconds=_SECONDS)

    assert first is not None
    assert second is not None
    assert (first["displayName"], first["ports"]) == ("Desk phone", 2)
    assert first[WARRANTY_SCHEMA] == {"contract": "c-7"}
    assert second[WARRANTY_SCHEMA] == {"contract": "c-8"}
    assert [each["id"] for each in listed["Resources"]] == [created["id"]]
    assert keepers == ["a"], "a writeOnly value has left its cluster"


def _names_the_pin(data: Path) -> bool:
    files = [path for path in data.glob("*.sqlite3*") if path.is_file()]
    return any(f'"{_OWN_PIN}"'.encode() in path.read_bytes() for path in files)
