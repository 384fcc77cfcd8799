"""The checks of Microsoft's SCIM Validator (scimvalidator.microsoft.com), in its order.

It wants names of groups to be unique, which RFC 7643 does not: docs/connect-entra.md shows the file
that makes them so.
"""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from support.scim_client import Client
from support.scim_tenants import Provider, serving_tenants

from scim.messages import ENTERPRISE_USER_SCHEMA, GROUP_SCHEMA, PATCH_OP, USER_SCHEMA

pytestmark = pytest.mark.asyncio(loop_scope="module")

_PAGE = Path(__file__).parents[3] / "docs" / "connect-entra.md"
_MANAGER = f"{ENTERPRISE_USER_SCHEMA}:manager"
_USER: dict[str, Any] = {
    "userName": "julien@example.us",
    "active": True,
    "displayName": "NDSQQTECVAAC",
    "title": "CJSGUNOAAMMQ",
    "emails": [{"type": "work", "value": "thaddeus@example.info", "primary": True}],
    "preferredLanguage": "hi",
    "name": {"givenName": "Elfrieda", "familyName": "Urban", "formatted": "Myah"},
    "addresses": [{"type": "work", "region": "R", "primary": True, "country": "Sierra Leone"}],
    "phoneNumbers": [
        {"type": "work", "value": "10", "primary": True},
        {"type": "fax", "value": "1"},
    ],
    ENTERPRISE_USER_SCHEMA: {"employeeNumber": "O", "manager": {"value": "XYMKVVRYDIOO"}},
    "roles": [{"primary": "True", "display": "M", "value": "W", "type": "X"}],
    "userType": "GZILLRZCFPNC",
    "locale": "RJWNTUNNOHNZ",
    "timezone": "America/Guayaquil",
    "profileUrl": "BAPNQLJSRQGD with a space",
    "schemas": [USER_SCHEMA, ENTERPRISE_USER_SCHEMA],
}
_GROUP = {"displayName": "NUSHDROHXPIN", "externalId": "6d1ca7c2", "schemas": [GROUP_SCHEMA]}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def provider(
    store_url: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Provider]:
    place = tmp_path_factory.mktemp("unique")
    (definition,) = re.findall(r"```json\n(.*?)```", _PAGE.read_text(), re.DOTALL)
    schemas = place / "schemas"
    schemas.mkdir()
    (schemas / "unique-groups.json").write_text(definition)
    async with serving_tenants(place / "data", store=store_url, schemas=schemas) as provider:
        yield provider


@pytest.fixture
def profile() -> str:
    return "entra"


async def patched(client: Client, path: str, *operations: dict[str, Any]) -> dict[str, Any]:
    """PATCH, then GET, as the validator does."""
    body = {"schemas": [PATCH_OP], "Operations": [*operations]}
    status, error = await client.ask("PATCH", path, body)
    assert status in (200, 204), error
    return await read(client, path)


async def read(client: Client, path: str) -> dict[str, Any]:
    status, resource = await client.ask("GET", path)
    assert status == 200
    assert isinstance(resource, dict)
    return resource


async def total(client: Client, query: str) -> int:
    listed = await read(client, query)
    assert len(listed["Resources"]) == listed["totalResults"]
    return int(listed["totalResults"])


async def test_the_checks_of_users(client: Client) -> None:
    status, user = await client.ask("POST", "/Users", _USER)
    path = f"/Users/{user['id']}"
    duplicate, _ = await client.ask("POST", "/Users", _USER)
    names = ("julien@example.us", "nobody@example.us", "JULIEN@EXAMPLE.US")
    found = [await total(client, f'/Users?filter=userName eq "{name}"') for name in names]

    assert (status, await read(client, path), duplicate, found) == (201, user, 409, [1, 0, 1])
    assert user["roles"] == [{"primary": True, "display": "M", "value": "W", "type": "X"}]
    verbose = await patched(
        client,
        path,
        {"op": "replace", "path": 'emails[type eq "work"].value', "value": "new@example.us"},
        {"op": "replace", "path": 'emails[type eq "work"].primary', "value": True},
        {"op": "replace", "path": 'addresses[type eq "work"].country', "value": "Togo"},
        {"op": "replace", "path": 'phoneNumbers[type eq "mobile"].value', "value": "7"},
        {"op": "replace", "path": 'roles[primary eq "True"].display', "value": "N"},
        {"op": "replace", "value": {"title": "T", "name.familyName": "F", "active": True}},
        {"op": "replace", "value": {f"{ENTERPRISE_USER_SCHEMA}:division": "D"}},
    )
    assert (verbose["title"], verbose["name"]["familyName"]) == ("T", "F")
    assert verbose["emails"] == [{"type": "work", "value": "new@example.us", "primary": True}]
    assert (verbose["addresses"][0]["country"], verbose["roles"][0]["display"]) == ("Togo", "N")
    assert {"type": "mobile", "value": "7"} in verbose["phoneNumbers"]
    assert verbose[ENTERPRISE_USER_SCHEMA]["division"] == "D"
    renamed = await patched(client, path, {"op": "replace", "path": "userName", "value": "j2"})
    disabled = await patched(client, path, {"op": "replace", "path": "active", "value": False})
    assert (renamed["userName"], disabled["active"]) == ("j2", False)
    managers = [
        (await patched(client, path, {"op": op, "path": _MANAGER, "value": value}))[
            ENTERPRISE_USER_SCHEMA
        ]["manager"]["value"]
        for op, value in (("add", "first"), ("replace", "second"), ("replace", {"value": "third"}))
    ]
    alone = await patched(client, path, {"op": "remove", "path": _MANAGER})
    assert managers == ["first", "second", "third"]
    assert "manager" not in alone[ENTERPRISE_USER_SCHEMA]
    gone = [(await client.ask(method, path))[0] for method in ("DELETE", "GET", "DELETE")]
    assert gone == [204, 404, 404]


async def test_the_checks_of_groups(client: Client) -> None:
    user = await client.create("/Users", userName="julien")
    status, group = await client.ask("POST", "/Groups", _GROUP)
    path = f"/Groups/{group['id']}"
    duplicate, error = await client.ask("POST", "/Groups", _GROUP)
    without = "excludedAttributes=members"
    name = _GROUP["displayName"]
    queries = [
        f'{without}&filter=displayName eq "{name}"',
        f'filter=displayName eq "{name}"',
        'filter=displayName eq "none"',
        f'filter=displayName eq "{str(name).lower()}"',
    ]

    assert (status, duplicate, error["scimType"]) == (201, 409, "uniqueness")
    assert (await read(client, f"{path}?{without}"))["displayName"] == name
    assert [await total(client, f"/Groups?{query}") for query in queries] == [1, 1, 0, 1]
    replaced = await patched(client, path, {"op": "replace", "value": {"externalId": "e2"}})
    renamed = await patched(client, path, {"op": "replace", "path": "displayName", "value": "N"})
    member = [{"value": user["id"]}]
    joined = await patched(client, path, {"op": "add", "path": "members", "value": member})
    left = await patched(
        client, path, {"op": "remove", "path": f'members[value eq "{user["id"]}"]'}
    )
    assert (replaced["externalId"], renamed["displayName"]) == ("e2", "N")
    assert [each["value"] for each in joined["members"]] == [user["id"]]
    assert "members" not in left
    gone = [(await client.ask(method, path))[0] for method in ("DELETE", "GET", "DELETE")]
    assert gone == [204, 404, 404]
